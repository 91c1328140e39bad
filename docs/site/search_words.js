// Words as vietnamese_search.py makes them for the index: folded, and numbers without grouping after "_".
function foldVietnamese(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "").replaceAll("đ", "d");
}

function foldedFirst(Stem) {
  return function () {
    const stemmer = new Stem();
    this.stemWord = (word) => stemmer.stemWord(foldVietnamese(word));
  };
}

var splitQuery = (query) =>
  query
    .normalize("NFC")
    .replace(/(^|[^\w.,])([1-9]\d{0,2}(?:[.,_]\d{3})+)(?!\d|[.,_]\d)/g, (_, before, sum) => before + sum.replace(/\D/g, ""))
    .split(/[^\p{Letter}\p{Number}_]+/gu)
    .filter((word) => word && !stopwords.has(foldVietnamese(word)))
    .map((word) => (/^[0-9]+$/.test(word) ? `_${word}` : word));

// The excerpt under a result begins where a word was found, and the words found are folded.
if (typeof Search !== "undefined") {
  Search.makeSearchSummary = (html, keywords, anchor) => {
    const text = Search.htmlToText(html, anchor).normalize("NFC");
    if (text === "") return null;
    const folded = [...text].map((letter) => foldVietnamese(letter).padEnd(letter.length)[0]).join("");
    const place = (word) =>
      /^_[0-9]+$/.test(word)
        ? folded.search(new RegExp(`(?<![0-9.,])${[...word.slice(1)].join("[.,_]?")}(?![0-9])`))
        : folded.indexOf(word);
    const together = folded.indexOf([...keywords].join(" "));
    const places = together > -1 ? [together] : [...keywords].map(place).filter((at) => at > -1);
    const start = places.length ? Math.max(Math.min(...places) - 120, 0) : 0;
    const summary = document.createElement("p");
    summary.classList.add("context");
    summary.textContent =
      (start ? "…" : "") + text.substring(start, start + 240).trim() + (start + 240 < text.length ? "…" : "");
    return summary;
  };
}
