// The order of what is found. Sphinx counts a page whole when one word of the query is in one of its headings;
// with words as short as the Vietnamese that is nearly every page. Here each word counts, and where it stands.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,

  score: ([page, title, , , score, , kind]) => {
    const query = new URLSearchParams(window.location.search).get("q") || "";
    if (kind === SearchResultKind.object) return /[._]/.test(query) ? score + 100 : score; // a name of a program
    const plain = (text) => ` ${splitQuery(foldVietnamese(text)).join(" ")} `;
    const asked = plain(query);
    const { docnames, titles, alltitles, terms, titleterms } = Search._index;
    const at = docnames.indexOf(page);
    const holds = (index, word) => Object.hasOwn(index, word) && [index[word]].flat().includes(at);

    const stemmer = new Stemmer();
    const words = [...new Set(splitQuery(query).map((word) => stemmer.stemWord(word)))];
    const share = (index) => words.filter((word) => holds(index, word)).length / (words.length || 1);
    let made = 30 * share(titleterms) + 10 * Math.min(1, share(terms) + share(titleterms));
    if (plain(titles[at]) === asked) made += 60;
    else if (plain(titles[at]).includes(asked)) made += 20;
    else if (Object.entries(alltitles).some(([head, where]) => where.some(([of]) => of === at) && plain(head).includes(asked)))
      made += 10;
    if (kind === SearchResultKind.title) made += 1;

    // What people look for is in the standards: those of the country first, the newest before the older.
    const national = /^standards\/vn-(\d{4})$/.exec(page);
    if (page.startsWith("standards/")) made += 12;
    if (national) made += 30 + (Number(national[1]) - 1990) / 4;
    if (page.startsWith("notebooks/")) made -= 12;
    if (page.startsWith("api/")) made -= 6;
    return made;
  },
};
