// A convenience on pages that are whole without it. Nothing typed here leaves the browser, and nothing is kept.

const offerEstimate = () => {
  // What a course costs and takes, when its box is opened for the first time. The sums are those of facts.py.
  const FIELDS = [
    ["sessions", "Sessions", 20],
    ["price", "Price of one session, in rupees", 1000000],
    ["interval", "Weeks between sessions", 26],
    ["months", "Months between maintenance sessions", 36],
  ];
  const DAY = 86400000;
  // Formats are looked up when they are first needed: that is slow, and most readers never open the box.
  const rupees = (amount) => `₹${amount.toLocaleString("en-IN")}`;
  const inWords = (time) => new Date(time).toLocaleDateString("en-IN", { dateStyle: "long", timeZone: "UTC" });
  const spread = ([low, high], write = String) =>
    low === high ? write(low) : `${write(low)} to ${write(high)}`;
  const between = ([early, late]) => {
    const [first, last] = [inWords(early), inWords(late)];
    return first === last ? first : `between ${first} and ${last}`;
  };

  const monthsOn = (time, months) => {
    const date = new Date(time);
    date.setUTCMonth(date.getUTCMonth() + months);
    // The 31st of a month that has 30 days is its last day, not the first of the next.
    if (date.getUTCDate() !== new Date(time).getUTCDate()) date.setUTCDate(0);
    return date.getTime();
  };

  const estimate = ({ sessions, price, interval, months, start }) => {
    const rows = [["A course", spread([sessions[0] * price[0], sessions[1] * price[1]], rupees)]];
    if (months) {
      const year = [Math.max(1, Math.floor(12 / months[1])) * price[0], Math.ceil(12 / months[0]) * price[1]];
      rows.push(["Each year after that", spread(year, rupees)]);
    }
    if (interval) {
      const weeks = [(sessions[0] - 1) * interval[0], (sessions[1] - 1) * interval[1]];
      if (weeks[1]) rows.push(["First to last session", `${spread(weeks)} ${weeks[1] === 1 ? "week" : "weeks"}`]);
      if (start) {
        const last = weeks.map((count) => start + count * 7 * DAY);
        rows.push(["Last session", between(last)]);
        if (months) rows.push(["First maintenance", between(last.map((time, end) => monthsOn(time, months[end])))]);
      }
    }
    return rows;
  };

  const make = (tag, properties, ...inside) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...inside);
    return element;
  };

  const field = (name, label, hint, properties) => {
    const id = `own-${name}`;
    const about = make("p", { className: "hint", id: `${id}-hint`, textContent: hint });
    const input = make("input", { id, autocomplete: "off", ...properties });
    input.setAttribute("aria-describedby", about.id);
    return [make("div", { className: "field" }, make("label", { htmlFor: id }, label), about, input), input, about, hint];
  };

  const build = (box) => {
    const ends = box.dataset.plan.split(",");
    const known = FIELDS.filter((_, place) => ends[2 * place]);
    const given = Object.fromEntries(
      FIELDS.map(([name], place) => [name, ends[2 * place] && ends.slice(2 * place, 2 * place + 2).map(Number)]),
    );
    const fields = known.map(([name, label, max]) => [
      name,
      ...field(name, label, `The clinic says ${spread(given[name], name === "price" ? rupees : String)}.`, {
        type: "number",
        inputMode: "numeric",
        min: 1,
        max,
      }),
    ]);
    if (given.interval) {
      const days = { type: "date", min: "2000-01-01", max: "2099-12-31" };
      fields.push(["start", ...field("start", "Day of the first session", "Shows the days to plan for.", days)]);
    }
    const result = make("dl", { className: "facts" });
    const count = () => {
      const own = { ...given };
      for (const [name, wrap, input, about, hint] of fields) {
        const wrong = !input.validity.valid;
        wrap.classList.toggle("field-wrong", wrong);
        input.setAttribute("aria-invalid", wrong);
        about.className = wrong ? "fault" : "hint";
        about.textContent = wrong ? input.validationMessage : hint;
        if (wrong || !input.value) continue;
        own[name] = name === "start" ? input.valueAsNumber : [input.valueAsNumber, input.valueAsNumber];
      }
      const rows = estimate(own).map(([label, words]) =>
        make("div", {}, make("dt", {}, label), make("dd", {}, words)),
      );
      result.replaceChildren(...rows);
    };
    box.append(...fields.map(([, wrap]) => wrap), make("div", { role: "status" }, result));
    box.addEventListener("input", count);
    count();
  };

  for (const box of document.querySelectorAll("[data-plan]")) {
    box.querySelector("summary").addEventListener("click", () => build(box), { once: true });
  }
};

const followReading = () => {
  // How deep one has read: the contents list, which stands beside the text on wide screens, follows.
  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const follow = new IntersectionObserver(
    (entries) => {
      // A busy phone tells of several moments at once; the last of them counts.
      const met = entries.filter((entry) => entry.isIntersecting).pop();
      if (!met) return;
      for (const [id, link] of links) {
        if (id === met.target.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    // A line in the upper part of the window: one chapter at a time crosses it.
    { rootMargin: "-25% 0px -75%" },
  );
  // On a phone the list is far away by then, and looking for it would delay the page.
  const beside = matchMedia("(min-width: 62rem)").matches;
  for (const chapter of beside ? document.querySelectorAll(".chapter[id]") : []) {
    if (links.has(chapter.id)) follow.observe(chapter);
  }
};

const helpAtEnd = () => {
  // The end of a page: share, print, and a press on "helpful" that does not leave the page.
  const end = document.querySelector(".end");

  if (end) {
    const tools = end.querySelector(".tools");
    const status = end.querySelector("[role=status]");
    const say = (words) => (status.textContent = words);

    const share = async () => {
      const url = document.querySelector("link[rel=canonical]")?.href || location.href;
      try {
        if (navigator.share) return await navigator.share({ title: document.title, url });
        await navigator.clipboard.writeText(url);
        say("The link is copied.");
      } catch (error) {
        // Somebody who closes the browser's own list has not failed at anything.
        if (error.name !== "AbortError") say(`Copy this link: ${url}`);
      }
    };

    tools.hidden = false;
    tools.addEventListener("click", ({ target }) => {
      if (target.value === "share") share();
      if (target.value === "print") print();
    });

    // The answer is counted without leaving the page. Whatever goes wrong, the form is sent as it always was.
    const form = end.querySelector("form");
    form.addEventListener("submit", async (event) => {
      if (!event.submitter || form.dataset.plain) return;
      event.preventDefault();
      try {
        const body = new URLSearchParams(new FormData(form));
        body.set(event.submitter.name, event.submitter.value);
        const answer = await fetch(form.action, { method: "POST", body });
        if (!answer.ok) throw answer;
        say("Thank you.");
        status.tabIndex = -1;
        status.focus();
        form.remove();
      } catch {
        form.dataset.plain = "yes";
        event.submitter.click();
      }
    });
  }
};

// The words come first: the browser is left alone until it has shown them.
const begin = () => [offerEstimate, followReading, helpAtEnd].forEach((part) => part());
if (document.readyState === "complete") begin();
else addEventListener("load", begin);
