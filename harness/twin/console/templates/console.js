"use strict";
// The pages work without this; it only spares reloading.
(() => {
  const root = document.documentElement;
  /** @type {<E extends HTMLElement>(selector: string, within?: ParentNode) => E[]} */
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Light and dark: the system's choice, until the button says otherwise.
  const kept = (() => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  })();
  if (kept) root.dataset.theme = kept;
  for (const button of all("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const dark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch { /* it lasts for this page */ }
    });
  }

  // The choice of a place takes effect at once.
  /** @type {HTMLFormElement[]} */
  const forms = all("form[data-submits]");
  for (const form of forms) {
    all("button", form).forEach((button) => {
      button.hidden = true;
    });
    form.addEventListener("change", () => form.submit());
  }

  // On a narrow page a row is a block of its own, and each cell says what it is: the style needs the names for
  // that. What is no longer laid out as a table would not be read out as one without its roles.
  for (const table of all("table.list")) {
    const names = all("thead th", table).map((one) => one.textContent.trim());
    table.classList.add("stacks");
    table.setAttribute("role", "table");
    all("thead, tbody", table).forEach((one) => one.setAttribute("role", "rowgroup"));
    all("tr", table).forEach((one) => one.setAttribute("role", "row"));
    all("th", table).forEach((one) => one.setAttribute("role", "columnheader"));
    for (const row of all("tbody tr", table)) {
      all("td", row).forEach((cell, index) => {
        cell.setAttribute("role", "cell");
        cell.dataset.label = names[index] || "";
      });
    }
  }

  // A table wider than the page can be scrolled with the keyboard too.
  const widths = () =>
    all("[data-wide]").forEach((one) => {
      const wide = one.scrollWidth > one.clientWidth;
      if (wide) {
        one.tabIndex = 0;
        one.setAttribute("role", "group");
        one.setAttribute("aria-label", "Table, to be scrolled");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) one.removeAttribute(name);
      }
    });
  widths();
  addEventListener("resize", widths);
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // Trees open and close as wholes.
  for (const [selector, open] of Object.entries({ "[data-open-all]": true, "[data-close-all]": false })) {
    for (const button of all(selector)) {
      button.hidden = false;
      button.addEventListener("click", () => all(".tree details").forEach((one) => one.toggleAttribute("open", open)));
    }
  }

  // The log asks once a second for what came since.
  /** @type {HTMLElement | null} */
  const log = document.querySelector("[data-log]");
  /** @type {HTMLElement | null} */
  const live = document.querySelector("[data-live]");
  if (!log || !live) return;
  const most = Number(log.dataset.most);
  const asked = encodeURIComponent(new URLSearchParams(location.search).get("q") || "");
  let on = true;
  live.hidden = false;
  live.addEventListener("click", () => {
    on = !on;
    live.setAttribute("aria-pressed", String(on));
  });
  const look = async () => {
    if (on && !document.hidden) {
      /** @type {HTMLElement | null} */
      const first = log.querySelector("[data-number]");
      const after = first ? first.dataset.number : "0";
      try {
        const answer = await fetch(`/_console/log/rows?after=${after}&q=${asked}`, { cache: "no-store" });
        const found = new DOMParser().parseFromString(await answer.text(), "text/html");
        const rows = all(".call", found);
        rows.forEach((row) => row.classList.add("new"));
        log.prepend(...rows);
        /** @type {HTMLDetailsElement[]} */
        const shown = all(".call", log);
        shown.slice(most).forEach((row) => {
          if (!row.open) row.remove();
        });
        if (rows.length) {
          document.querySelector("[data-empty]")?.remove();
          document.querySelector("[data-total]").textContent = Number(rows[0].dataset.number).toLocaleString("en")
            .replaceAll(",", "\u202f");
        }
      } catch { /* the platform is not there just now */ }
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
