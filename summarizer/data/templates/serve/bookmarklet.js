// Sends the page at hand, as the browser shows it, to the local page in a new tab.
(() => {
  const form = document.createElement("form");
  const fields = { token: "TOKEN", url: location.href, html: document.documentElement.outerHTML };
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  form.hidden = true;
  form.method = "post";
  form.action = "ADDRESS";
  form.target = "_blank";
  form.acceptCharset = "utf-8";
  document.body.append(form);
  form.submit();
  form.remove();
})();
