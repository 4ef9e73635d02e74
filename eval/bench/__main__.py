from eval.bench.bench import main

main()
