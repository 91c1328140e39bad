"""What every mapping of a rule file may hold, said once.

The reader takes its keys from here, the JSON Schema for editors is made from it, and so are the
words that describe a key. Nothing here knows how a file is read.
"""

from __future__ import annotations

from .model import GRADES, LANGUAGES
from .resolving import HOUSEHOLD, MERGED, PERSON
from .scorecards import COMBINE, ORDERS, SIDES
from .values import Frozen, frozen

KINDS = ("boolean", "number", "code", "date", "text")
BETWEEN = ("last_listed", "next_listed")
WORSE = ("less", "more")
UNKNOWN = "unknown"

# Names of facts, lines, classes, codes; ids of standards, sources, interpretations.
NAME = "[a-z][a-z0-9_]*"
ID = "[a-z0-9]+(-[a-z0-9]+)*"
ENTITY = "[a-z0-9]+([-_][a-z0-9]+)*"
PINNED = f"{ID}@[0-9]+([.][0-9]+)?"


@frozen
class Value(Frozen):
    """One value: ``text``, ``number``, ``count``, ``day``, ``boolean``, ``expression``, ``unit``, ``name``,
    ``id``, ``pinned`` (an id with its version), ``entity``, ``csv``, ``blank`` or ``choice``."""

    kind: str
    allowed: tuple[str, ...] = ()  # of a choice


@frozen
class Several(Frozen):
    """A list."""

    of: Kind
    least: int = 0


@frozen
class Named(Frozen):
    """A mapping whose keys the author chooses, or whose keys the facts decide."""

    of: Kind
    keys: str = "name"  # name, id, fact (a fact with codes), code, shelf, section
    least: int = 0
    most: int | None = None


@frozen
class Either(Frozen):
    """One of several kinds."""

    of: tuple[Kind, ...]


@frozen
class Use(Frozen):
    """A kind of :data:`DEFINITIONS` by its name: what holds itself needs one."""

    name: str


@frozen
class Key(Frozen):
    """One key of a mapping: what stands there, and what it is for."""

    name: str
    holds: Kind
    en: str
    vi: str
    required: bool = False


@frozen
class Form(Frozen):
    """A mapping with fixed keys; of each group in ``either`` one key stands, and only one."""

    name: str
    keys: tuple[Key, ...]
    either: tuple[tuple[str, str], ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(k.name for k in self.keys if k.required)

    @property
    def optional(self) -> tuple[str, ...]:
        return tuple(k.name for k in self.keys if not k.required)


Kind = Value | Several | Named | Either | Use | Form


def must(name: str, holds: Kind, en: str, vi: str) -> Key:
    return Key(name, holds, en, vi, True)


def may(name: str, holds: Kind, en: str, vi: str) -> Key:
    return Key(name, holds, en, vi)


TEXT, NUMBER, COUNT, DAY = Value("text"), Value("number"), Value("count"), Value("day")
BOOLEAN, EXPRESSION, UNIT = Value("boolean"), Value("expression"), Value("unit")
GRADE = Value("choice", tuple(GRADES))

_LANGUAGE = {"vi": ("the text in Vietnamese", "lời văn tiếng Việt"), "en": ("the text in English", "lời văn tiếng Anh")}

TEXTS = Form("texts", tuple(must(lang, TEXT, *_LANGUAGE[lang]) for lang in LANGUAGES))

# A plain text serves for both languages.
NOTE = Either((TEXT, TEXTS))

CITE = Form(
    "cite",
    (
        must("source", Value("id"), "key of a document under sources:, or unknown (then grade D and a note)",
             "khóa của một văn bản trong sources:, hoặc unknown (khi đó grade: D và có note)"),
        must("grade", GRADE, "A the legal text was read, B two independent secondary sources, C one, D from memory",
             "A đã đọc văn bản, B hai nguồn thứ cấp độc lập, C một nguồn, D theo trí nhớ"),
        may("at", TEXT, "article, clause, point, in Vietnamese: Điều 1 khoản 2", "điều, khoản, điểm: Điều 1 khoản 2"),
        may("words", TEXT, "the deciding words, letter by letter; … for what is left out",
            "những từ quyết định, chép nguyên văn; … cho phần lược bỏ"),
        may("note", NOTE, "what was read, and where", "đã đọc gì, ở đâu"),
    ),
)  # fmt: skip

LABEL = must("label", TEXTS, "what people read", "tên gọi cho người đọc")
THE_CITE = must("cite", CITE, "where this comes from, and how well that was read", "căn cứ, và mức độ đã đọc")

INSTRUMENT = Form(
    "instrument",
    (
        must("number", TEXT, "number of the document: 12/2031/NQ-HĐND", "số hiệu văn bản: 12/2031/NQ-HĐND"),
        must("title", TEXTS, "how it is cited", "tên khi viện dẫn"),
        may("issued", DAY, "day of issue; leave it out if not found", "ngày ban hành; không tìm thấy thì bỏ"),
        may("in_force", DAY, "day of entry into force; leave it out if not found",
            "ngày có hiệu lực; không tìm thấy thì bỏ"),
        may("grade", GRADE, "how well the document was read", "mức độ đã đọc văn bản"),
        may("note", NOTE, "what was read of it, and where", "đã đọc phần nào, ở đâu"),
    ),
)  # fmt: skip

SPAN = Form(
    "span",
    (
        must("from", DAY, "first day covered", "ngày đầu tiên được áp dụng"),
        must("cite", CITE, "the ground on which these days are covered", "căn cứ áp dụng cho những ngày này"),
        may("to", DAY, "last day covered; leave it out where no end is known", "ngày cuối cùng; chưa rõ thì bỏ"),
        may("review", CITE, "the ground on which the autumn before already lists by this standard",
            "căn cứ để rà soát mùa thu trước đã lập danh sách theo chuẩn này"),
        may("concerns", Several(Value("name")), "classes and lines that the ground is about, where not all",
            "loại hộ và mức chuẩn mà căn cứ nói đến, nếu không phải tất cả"),
    ),
)  # fmt: skip

FACT = Form(
    "fact",
    (
        must("kind", Value("choice", KINDS), "what its values are", "giá trị thuộc loại nào"),
        LABEL,
        may("unit", UNIT, "unit of a number: VND/person/month", "đơn vị của số: VND/person/month"),
        may("codes", Named(TEXTS), "the codes and their labels", "các mã và tên của chúng"),
        may("whole", BOOLEAN, "whole numbers only", "chỉ nhận số nguyên"),
        may("least", NUMBER, "least possible value", "giá trị nhỏ nhất có thể"),
        may("most", NUMBER, "greatest possible value", "giá trị lớn nhất có thể"),
        may("multiple", NUMBER, "goes in steps of this", "tăng theo bước này"),
        may("at_most", Value("name"), "another number of the household that it cannot exceed",
            "một số khác của hộ mà nó không thể vượt quá"),
        may("asked_if", EXPRESSION, "condition under which it is asked; else it is not applicable",
            "chỉ hỏi khi điều kiện này đúng; nếu không thì không áp dụng"),
        may("of", EXPRESSION, "how it is derived from other facts", "cách suy ra từ thông tin khác"),
        may("note", TEXTS, "what a person who fills it in must know", "điều người điền cần biết"),
        may("unread", BOOLEAN, "a question to a text that was not found: nobody can answer it",
            "câu hỏi về một văn bản chưa tìm thấy: không ai trả lời được"),
        may("worse", Value("choice", WORSE), "which way is worse off (of a truth: false or true)",
            "phía nào là nghèo hơn (với đúng/sai: less là sai, more là đúng)"),
        may("on_form", BOOLEAN, "false: the official form has no place for it", "false: mẫu chính thức không có ô này"),
    ),
)  # fmt: skip

BY = Form(
    "by",
    (
        must(
            "by", Use("cells"), "one fact with codes, and the number of each", "một thông tin có mã, và số của từng mã"
        ),
    ),
)
CELL = Either((NUMBER, BY))
CELLS = Named(Named(CELL, "code"), "fact", 1, 1)
CELL_CITES = Named(Either((CITE, Use("cell_cites"))), "code")

LINE = Form(
    "line",
    (
        LABEL,
        must("unit", UNIT, "VND/person/month and the like", "VND/person/month, v.v."),
        THE_CITE,
        may("value", NUMBER, "the number, where it is one for all", "con số, nếu chung cho mọi hộ"),
        may("by", Use("cells"), "the numbers by the codes of a fact, which may nest",
            "các con số theo mã của một thông tin, có thể lồng nhau"),
        may("cites", Use("cell_cites"), "citations of single cells where they differ", "căn cứ riêng của từng ô, nếu khác"),
    ),
    (("value", "by"),),
)  # fmt: skip

TABLE = Form(
    "table",
    (
        must("step", Value("name"), "the number by which the rows rise", "số dùng làm bậc của các dòng"),
        must("unit", UNIT, "unit of the numbers in the table", "đơn vị của các số trong bảng"),
        THE_CITE,
        may("rows", Several(Several(Either((NUMBER, Value("blank"))), 2), 1),
            "step first, then one number for each column", "bậc đứng trước, rồi mỗi cột một số"),
        may("file", Value("csv"), "a CSV file beside this one, in place of rows", "tệp CSV cùng thư mục, thay cho rows"),
        may("columns", Named(TEXT, "code"), "code: name of its column in the file", "mã: tên cột trong tệp"),
        may("value", TEXT, "name of the one column of numbers in the file", "tên cột số duy nhất trong tệp"),
        may("between", Value("choice", BETWEEN), "which row answers for a step between two rows",
            "dòng nào được dùng khi bậc nằm giữa hai dòng"),
    ),
    (("rows", "file"),),
)  # fmt: skip

TABLE_LIKE = Form(
    "table_like",
    (
        must("like", Value("name"), "a table above whose rows are read", "bảng ở trên mà các dòng được dùng lại"),
        must("between", Value("choice", BETWEEN), "which row answers here", "ở đây dòng nào được dùng"),
    ),
)

SENSE_CITES = may("cites", Named(Named(CITE), "id"), "interpretation: sense: its own citation",
                  "cách hiểu: nghĩa: căn cứ riêng")  # fmt: skip
DIMENSION = may("dimension", TEXT, "the dimension it belongs to", "chiều mà nó thuộc về")

VALUE = Form(
    "value",
    (
        LABEL,
        must("of", EXPRESSION, "how it is computed", "cách tính"),
        may("cite", CITE, THE_CITE.en, THE_CITE.vi),
        SENSE_CITES,
        may("unit", UNIT, "unit of a number; a value without one is a condition",
            "đơn vị nếu là số; không có đơn vị thì là điều kiện"),
        DIMENSION,
    ),
)  # fmt: skip

INDICATOR = Form(
    "indicator",
    (
        LABEL,
        THE_CITE,
        SENSE_CITES,
        DIMENSION,
        may("deprived", EXPRESSION, "true when the household is deprived; left out, the indicator is an input",
            "đúng khi hộ thiếu hụt; bỏ trống thì chỉ số là số liệu đầu vào"),
    ),
)  # fmt: skip

METHOD = Form(
    "method",
    (
        LABEL,
        may("default", BOOLEAN, "true for one method, and only one", "true cho một phương pháp, và chỉ một"),
        may("values", Named(VALUE), "its own values; all methods define the same names",
            "các giá trị riêng; mọi phương pháp đặt cùng tên"),
        may("until", DAY, "the last day its forms name", "ngày cuối mà mẫu biểu nêu"),
        may("note", TEXTS, "what is said after that day", "điều cần nói sau ngày đó"),
    ),
)  # fmt: skip

CLASS = Form(
    "class",
    (
        LABEL,
        THE_CITE,
        may("when", EXPRESSION, "the condition; the first class that holds is the class",
            "điều kiện; loại đầu tiên thỏa mãn là loại của hộ"),
        may("otherwise", BOOLEAN, "true: whoever is in no class before", "true: mọi hộ không thuộc loại nào ở trên"),
        may("rest", BOOLEAN, "true: by its words, what the classes before it leave of those who meet the condition",
            "true: theo lời văn, là phần còn lại sau các loại ở trên"),
        may("within", Value("name"), "the class that this one is part of", "loại bao gồm loại này"),
        may("methods", Several(Value("name")), "the methods that know this class, where not all",
            "các phương pháp có loại này, nếu không phải tất cả"),
        may("cites", Named(CITE), "method: its own citation", "phương pháp: căn cứ riêng"),
        may("labels", Named(TEXTS), "method: its own label", "phương pháp: tên gọi riêng"),
    ),
    (("when", "otherwise"),),
)  # fmt: skip

STATUS = Form(
    "status",
    (
        LABEL,
        must("of", Value("choice", (HOUSEHOLD, PERSON)), "who has the mark", "ai mang dấu này"),
        may("when", EXPRESSION, "the condition; a person is m", "điều kiện; một người là m"),
        may("as_in", Value("name"), "the persons who make the household deprived in this indicator",
            "những người làm cho hộ thiếu hụt chỉ số này"),
        THE_CITE,
        may("from", Either((DAY, Value("choice", (UNKNOWN,)))), "first day, or unknown", "ngày đầu tiên, hoặc unknown"),
        may("from_note", NOTE, "why the first day is not known", "vì sao chưa rõ ngày đầu tiên"),
    ),
    (("when", "as_in"),),
)

INTERPRETATION = Form(
    "interpretation",
    (
        must("question", TEXTS, "what the words leave open", "điều câu chữ để ngỏ"),
        must("readings", Named(TEXTS, "name", 2), "the senses, two or more", "các nghĩa, từ hai trở lên"),
        must("default", Value("name"), "the sense that is used unless another is asked for",
             "nghĩa được dùng nếu không chọn nghĩa khác"),
        must("grounds", NOTE, "why this default", "vì sao mặc định như vậy"),
        may("undecided", Value("name"), "a sense that chooses none: what the others differ in stays open",
            "một nghĩa không chọn nghĩa nào: điều các nghĩa kia khác nhau vẫn để ngỏ"),
        must("grade", GRADE, "how well the default is supported", "mặc định có căn cứ đến mức nào"),
    ),
)  # fmt: skip

SCORE_COLUMN = Form(
    "score_column",
    (
        LABEL,
        may("cells", Named(Value("name")), "fact: code, for whom the column is and by which the line is looked up",
            "thông tin: mã, cột dành cho ai và dùng để tra mức điểm"),
        may("cite", CITE, "the form that prints this column alone", "mẫu in riêng cột này"),
    ),
)  # fmt: skip

SCORE_CUT_OFF = Form(
    "score_cut_off",
    (
        must("line", Value("name"), "the line that the sum is held against", "mức điểm đem so với tổng điểm"),
        must("side", Value("choice", SIDES), "the side that is poor", "phía được coi là nghèo (thiếu hụt)"),
    ),
)

SCORE_MEASURE = Form(
    "score_measure",
    (
        LABEL,
        may("unit", UNIT, "its unit, where it is one of the list", "đơn vị, nếu có trong danh sách"),
        may("of", EXPRESSION, "how it is derived; a fact alone gives its bounds too",
            "cách suy ra; nếu là một thông tin thì lấy cả giới hạn của nó"),
        may("whole", BOOLEAN, "whole numbers only", "chỉ nhận số nguyên"),
        may("least", NUMBER, "least possible value", "giá trị nhỏ nhất có thể"),
        may("most", NUMBER, "greatest possible value", "giá trị lớn nhất có thể"),
        may("at_most", Value("name"), "another measure that it cannot exceed", "một đại lượng khác mà nó không thể vượt quá"),
        may("worse", Value("choice", WORSE), "which way is worse off", "phía nào là khó khăn hơn"),
    ),
)  # fmt: skip

BAND = (
    may("from", NUMBER, "the band begins here, this value included (từ)", "từ giá trị này, kể cả nó"),
    may("above", NUMBER, "the band begins above this value (trên)", "trên giá trị này"),
    may("to", NUMBER, "the band ends here, this value included (đến)", "đến giá trị này, kể cả nó"),
    may("below", NUMBER, "the band ends below this value (dưới)", "dưới giá trị này"),
)
MEASURE = may("measure", Value("name"), "the measure that bands are of", "đại lượng được chia khoảng")

SCORE_OPTION = Form(
    "score_option",
    (
        must("name", Value("name"), "its name in the rows of points", "tên của nó trong các dòng điểm"),
        LABEL,
        MEASURE,
        *BAND,
        may("when", EXPRESSION, "the facts under which it holds, where it has no band", "khi nào dòng này đúng, nếu không chia khoảng"),
    ),
)

SCORE_ITEM = Form(
    "score_item",
    (
        must("number", TEXT, "its number on the form", "số thứ tự trên mẫu"),
        LABEL,
        must("combine", Value("choice", COMBINE),
             "options that hold together: by the words only one can, the highest counts, or all count",
             "các dòng cùng đúng: theo lời văn chỉ một dòng, lấy dòng cao nhất, hay cộng tất cả"),
        must("options", Several(SCORE_OPTION, 1), "the rows of the item, in their order", "các dòng, theo thứ tự trên mẫu"),
        MEASURE,
        may("order", Value("choice", ORDERS), "rows without bands that run from best off to worst, or back",
            "các dòng không chia khoảng xếp từ khá nhất đến khó khăn nhất, hay ngược lại"),
        may("indicator", Value("name"), "the indicator that the item counts", "chỉ số thiếu hụt mà mục này tính điểm"),
        may("stop", BOOLEAN, "true: where one of its rows holds, the form ends and nothing is summed",
            "true: một dòng đúng thì dừng phiếu, không cộng điểm"),
        may("cite", CITE, THE_CITE.en, THE_CITE.vi),
        may("note", NOTE, "what was read, and where", "đã đọc gì, ở đâu"),
    ),
)  # fmt: skip

ALTERNATIVE = Form(
    "score_alternative",
    (
        must("reading", Named(Value("name"), "id", 1, 1), "interpretation: the sense, not the default, under which this holds",
             "cách hiểu: nghĩa (khác mặc định) mà khi đó điều này đúng"),
        must("item", TEXT, "the number of the item", "số của mục"),
        THE_CITE,
        may("option", Value("name"), "the option that changes", "dòng thay đổi"),
        may("points", Named(NUMBER), "column: its other points", "cột: số điểm khác"),
        *BAND,
        may("combine", Value("choice", COMBINE), "the item changes: what options that hold together do",
            "mục thay đổi: các dòng cùng đúng thì tính thế nào"),
    ),
)  # fmt: skip

SCORECARD = Form(
    "scorecard",
    (
        LABEL,
        must("unit", UNIT, "unit of the points", "đơn vị của điểm"),
        must("columns", Named(SCORE_COLUMN, "name", 1), "the columns of points, in their order", "các cột điểm, theo thứ tự"),
        must("items", Several(SCORE_ITEM, 1), "what is asked, in the order of the form", "các mục, theo thứ tự trên mẫu"),
        THE_CITE,
        may("rows", Several(Several(Either((TEXT, NUMBER, Value("blank"))), 3), 1),
            "number of the item, name of the option, then the points of each column; blank: not in that column",
            "số của mục, tên dòng, rồi điểm từng cột; để trống: cột đó không có dòng này"),
        may("file", Value("csv"), "a CSV file beside this one, in place of rows: item, option, one column for each of columns:",
            "tệp CSV cùng thư mục, thay cho rows: item, option, rồi mỗi cột của columns: một cột"),
        may("measures", Named(SCORE_MEASURE), "numbers that options are bands of", "các đại lượng được chia khoảng"),
        may("method", Value("name"), "the method that reads its sum; a child without that method is without the card",
            "phương pháp dùng tổng điểm; chuẩn con bỏ phương pháp ấy thì bỏ cả phiếu"),
        may("cut_off", SCORE_CUT_OFF, "the line that decides", "mức điểm quyết định"),
        may("alternatives", Several(ALTERNATIVE), "what differs under other senses of an interpretation",
            "những gì khác đi theo nghĩa khác của một cách hiểu"),
    ),
    (("rows", "file"),),
)  # fmt: skip

UNSEEN = Form(
    "unseen",
    (
        must("what", TEXTS, "what was looked for and not read", "điều đã tìm mà chưa đọc được"),
        must("consequence", TEXTS, "what follows for the answers", "hệ quả đối với kết quả"),
    ),
)

RULE_FILE = Form(
    "rule_file",
    (
        must("standard", Value("id"), "id of the standard: jurisdiction and name, vn-mau-2099",
             "mã của chuẩn: địa bàn và tên, vn-mau-2099"),
        must("version", COUNT, "counts legal texts: a text that changes the rules makes the next version, a file of its own",
             "đếm văn bản: văn bản làm thay đổi quy định là phiên bản tiếp theo, một tệp riêng"),
        must("revision", COUNT, "counts our own edits of that version", "đếm lần chúng ta sửa phiên bản đó"),
        must("jurisdiction", TEXT, "where it applies: vn, vn-mau", "nơi áp dụng: vn, vn-mau"),
        must("entity", Value("entity"), "what it classifies", "đối tượng được phân loại"),
        must("title", TEXTS, "its name", "tên của chuẩn"),
        must("sources", Named(INSTRUMENT, "id"), "the documents that the citations name", "các văn bản được viện dẫn"),
        must("applies", Several(SPAN, 1), "the days it covers, in order, without overlap",
             "những ngày được áp dụng, theo thứ tự, không chồng nhau"),
        must("methods", Named(METHOD), "whole ways to the same classes", "các cách đi đến cùng những loại hộ"),
        must("classes", Named(CLASS), "most deprived first; the first that holds is the class",
             "nghèo nhất đứng trước; loại đầu tiên thỏa mãn là loại của hộ"),
        may("extends", Value("pinned"), "the standard it stands on, pinned: vn-2022@1", "chuẩn làm nền, ghi rõ phiên bản: vn-2022@1"),
        may("without", Named(Several(TEXT), "section"), "section: entries of the extended standard that are left out",
            "mục: những phần của chuẩn nền không dùng"),
        may("facts", Named(Named(FACT), "shelf"), "facts that the vocabulary does not have",
            "thông tin mà bộ từ vựng chưa có"),
        may("lines", Named(LINE), "thresholds: a number, or numbers by code", "các mức chuẩn: một số, hoặc số theo mã"),
        may("tables", Named(Either((TABLE, TABLE_LIKE))), "numbers by a rising step", "các bảng số theo bậc tăng dần"),
        may("code_lists", Named(Several(TEXT)), "codes under one name", "nhiều mã dưới một tên"),
        may("values", Named(VALUE), "values computed from facts", "các giá trị tính từ thông tin"),
        may("indicators", Named(INDICATOR), "deprivations; water is called deprived_water in rules",
            "các chỉ số thiếu hụt; water được gọi là deprived_water trong quy tắc"),
        may("statuses", Named(STATUS), "marks that exclude nothing", "các dấu không loại trừ loại hộ nào"),
        may("groups", Named(STATUS), "households and persons that report forms count", "các hộ, các người mà biểu báo cáo thống kê"),
        may("scorecards", Named(SCORECARD), "forms of points: items, options, points by column",
            "các phiếu chấm điểm: mục, dòng, điểm theo cột"),
        may("interpretations", Named(INTERPRETATION, "id"), "where the words leave a hole, an overlap or two senses",
            "nơi câu chữ để hở, chồng chéo hoặc có hai nghĩa"),
        may("unseen", Several(UNSEEN), "what was looked for and not read", "điều đã tìm mà chưa đọc được"),
    ),
)  # fmt: skip

DEFINITIONS: dict[str, Kind] = {"cells": CELLS, "cell_cites": CELL_CITES}
SECTIONS = MERGED  # those of which a child may leave entries out
