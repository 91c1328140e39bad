"""The words of a comparison in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Text

PARTS: Mapping[str, Text] = {
    "standards": {"vi": "Hai chuẩn", "en": "The two standards"},
    "days": {"vi": "Thời gian áp dụng", "en": "Days"},
    "lines": {"vi": "Mức chuẩn", "en": "Lines"},
    "indicators": {"vi": "Chỉ số thiếu hụt", "en": "Indicators"},
    "classes": {"vi": "Loại hộ, đối tượng", "en": "Classes"},
    "methods": {"vi": "Phương pháp và phiếu điểm", "en": "Methods and score cards"},
    "interpretations": {"vi": "Cách hiểu đang dùng", "en": "Interpretations in use"},
    "rates": {"vi": "Kết quả chính thức", "en": "Official results"},
    "grades": {"vi": "Mức xác nhận", "en": "Grades"},
    "unverified": {"vi": "Những điều chưa xác minh được", "en": "What could not be verified"},
}

KINDS: Mapping[str, Text] = {
    "kept": {"vi": "giữ nguyên", "en": "kept"},
    "changed": {"vi": "thay đổi", "en": "changed"},
    "added": {"vi": "thêm mới", "en": "added"},
    "dropped": {"vi": "không còn", "en": "dropped"},
    "unread": {"vi": "không so sánh được", "en": "cannot be compared"},
}

LINE_KINDS: Mapping[str, Text] = {
    "same": {"vi": "không đổi", "en": "unchanged"},
    "only_a": {"vi": "chỉ có trong {a}", "en": "in {a} only"},
    "only_b": {"vi": "chỉ có trong {b}", "en": "in {b} only"},
    "not_comparable": {"vi": "không so sánh được", "en": "cannot be compared"},
}

RULES: Mapping[str, Text] = {
    "same": {"vi": "cùng một quy tắc (theo cách hiểu mặc định)", "en": "the same rule (default readings)"},
    "equal": {
        "vi": "quy tắc viết khác, đã chứng minh cho cùng kết quả với mọi hộ (theo cách hiểu mặc định)",
        "en": "another rule text, proved to answer alike for every household (default readings)",
    },
    "different": {"vi": "quy tắc khác", "en": "another rule"},
    "other_facts": {
        "vi": "quy tắc khác: mỗi chuẩn hỏi số liệu mà chuẩn kia không hỏi",
        "en": "another rule: each standard asks for facts that the other does not",
    },
    "not_proved": {
        "vi": "quy tắc viết khác; chưa chứng minh được là cho cùng kết quả hay không",
        "en": "another rule text; whether it ever answers otherwise was not proved",
    },
    "not_read": {"vi": "chưa đọc được văn bản nêu quy tắc", "en": "its text was not read"},
}

SIGNS: Mapping[str, Text] = {
    "<": {"vi": "dưới mức chuẩn", "en": "below the line (dưới)"},
    "<=": {"vi": "từ mức chuẩn trở xuống", "en": "at or below the line (từ … trở xuống)"},
    ">": {"vi": "trên mức chuẩn", "en": "above the line (trên)"},
    ">=": {"vi": "từ mức chuẩn trở lên", "en": "at or above the line (từ … trở lên)"},
}

DIMENSIONS: Mapping[str, Text] = {
    "employment": {"vi": "việc làm", "en": "employment"},
    "health": {"vi": "y tế", "en": "health"},
    "education": {"vi": "giáo dục", "en": "education"},
    "housing": {"vi": "nhà ở", "en": "housing"},
    "water_sanitation": {"vi": "nước sinh hoạt và vệ sinh", "en": "water and sanitation"},
    "water_sanitation_environment": {
        "vi": "nước sinh hoạt, vệ sinh và môi trường",
        "en": "water, sanitation and environment",
    },
    "information": {"vi": "thông tin", "en": "information"},
    "living_standards": {"vi": "mức sống", "en": "living standards"},
    "nutrition": {"vi": "dinh dưỡng", "en": "nutrition"},
    "water": {"vi": "nước", "en": "water"},
    "sanitation": {"vi": "vệ sinh", "en": "sanitation"},
}

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "title": "So sánh {a} với {b}", "same": "Hai chuẩn là một: không có khác biệt.",
        "versions": "Hai phiên bản của cùng một chuẩn.", "jurisdictions": "Khác địa bàn: {a} và {b}.",
        "standard": "Chuẩn", "name": "Tên", "digest": "Mã băm", "open": "chưa rõ ngày kết thúc", "span": "Từ ngày đến ngày",
        "ground": "Căn cứ", "document": "Văn bản", "issued": "ban hành", "in_force": "có hiệu lực", "document_note": "ghi chú: {}",
        "no_issued": "không rõ ngày ban hành", "no_in_force": "không rõ ngày có hiệu lực",
        "overlap": "Những ngày cả hai cùng áp dụng", "no_overlap": "Không có ngày nào cả hai cùng áp dụng.",
        "gap": "Những ngày ở giữa không chuẩn nào áp dụng", "no_gap": "Không có khoảng trống giữa hai chuẩn.",
        "no_source": "không tìm thấy văn bản", "none": "không có",
        "percent": "Tỷ lệ phần trăm là phân số chính xác, in đến hai chữ số thập phân, làm tròn nửa lên; “khoảng” đánh dấu số đã làm tròn.",
        "real_note": "Thay đổi thực tế: quy về giá năm {year} theo chỉ số giá; mỗi mức coi là giá của năm ghi bên cạnh ({taken}).", "of_years": "các mức theo giá năm {a} và {b}",
        "index": "Chỉ số giá", "own_index": "do người dùng cho", "years_chosen": "do người dùng chọn", "years_first": "năm đầu tiên chuẩn đó có mức này",
        "line": "Mức", "change": "Thay đổi", "real": "Theo giá năm {year}", "unchanged": "mức tiền không đổi",
        "reason_rice": "một bên tính bằng gạo, một bên tính bằng tiền", "reason_unit": "hai đơn vị khác loại",
        "reason_quantity": "hai mức đem so với hai đại lượng khác nhau", "points": "điểm phần trăm",
        "coarser": "{std} chỉ có một mức cho các trường hợp này",
        "compared": "đại lượng đem so với mức này khác nhau: {a}: {qa}; {b}: {qb}",
        "counts": "{a} có {na} chỉ số, {b} có {nb} chỉ số.", "indicator": "Chỉ số", "what": "So sánh", "dimension": "chiều",
        "was": "trước có tên {name}", "reworded": "lời văn khác", "deprived": "thiếu hụt", "not_deprived": "không thiếu hụt",
        "witness": "ví dụ{day}: {household}: {a} {va}, {b} {vb}", "unread": "chưa đọc được quy tắc; chỉ nhận kết quả cho sẵn",
        "common": "Loại có trong cả hai", "boundary": "Ranh giới khác nhau",
        "meets": "{cls}, {line}: {a} {oa}, {b} {ob}", "class": "Loại",
        "same_condition": "cùng điều kiện theo cách hiểu mặc định (mức và chỉ số mà điều kiện đọc có thể khác)", "other_condition": "điều kiện khác",
        "within": "nằm trong {cls} ({std})", "yes": "có", "no": "không", "method": "Phương pháp", "card": "Phiếu điểm",
        "no_cards": "Không chuẩn nào có phiếu điểm.", "question": "Câu hỏi", "default": "Cách hiểu mặc định", "grade": "Mức xác nhận",
        "no_rates": "Không có kết quả chính thức nào theo {std}.",
        "no_rates_what_if": "{std} là giả định, không có kết quả chính thức.",
        "no_day_what_if": "{std} là giả định, không áp dụng cho ngày nào.",
        "no_year_what_if": "Mức giả định không thuộc giá của năm nào; ở đây coi là giá của năm đầu mà chuẩn được sửa đổi áp dụng. Chọn năm khác bằng years=.",
        "not_comparable": "KHÔNG SO SÁNH ĐƯỢC: mỗi tỷ lệ đếm theo chuẩn của nó; chênh lệch giữa hai chuẩn không phải là giảm hay tăng nghèo.",
        "one_series": "Đều đếm theo một chuẩn; nguồn, mẫu số và cách rà soát mỗi năm có thể khác nhau.",
        "place": "Nơi, ngày", "result": "Kết quả", "decision": "Quyết định, nguồn", "note": "Ghi chú",
        "both": "cùng nơi, cùng ngày, hai chuẩn", "households": "hộ", "weakest": "Mức yếu nhất", "figures": "Số mục theo mức",
        "not_seen": "đã tìm mà chưa đọc được", "all_verified": "Mọi số liệu ở mức A hoặc B.", "what_not": "Nội dung", "why": "Lý do",
        "interpretation": "Cách hiểu",
        "cite": "Trích dẫn:",
        "citation": "So sánh chuẩn {a} với {b}{mark}; chuanngheo {code}, dữ liệu {data}, ngày {day}.",
    },
    "en": {
        "title": "{a} compared with {b}", "same": "The two are one and the same standard: no difference.",
        "versions": "Two versions of one standard.", "jurisdictions": "Of different jurisdictions: {a} and {b}.",
        "standard": "Standard", "name": "Title", "digest": "Digest", "open": "end not known", "span": "Days",
        "ground": "Ground", "document": "Document", "issued": "issued", "in_force": "in force", "document_note": "note: {}",
        "no_issued": "day of issue not found", "no_in_force": "day of entry into force not found",
        "overlap": "Days that both cover", "no_overlap": "No day is covered by both.",
        "gap": "Days between that neither covers", "no_gap": "No day between them is left out.",
        "no_source": "no document found", "none": "none",
        "percent": "Percentages are exact fractions, shown to two places and rounded half up; “about” marks what was rounded.",
        "real_note": "Real changes: in prices of {year} by a price index; each amount is taken as prices of the year written beside it ({taken}).", "of_years": "amounts in prices of {a} and {b}",
        "index": "Price index", "own_index": "given by the caller", "years_chosen": "as the caller chose", "years_first": "the first year in which its standard has that amount",
        "line": "Line", "change": "Change", "real": "In prices of {year}", "unchanged": "same amount",
        "reason_rice": "one is in rice, the other in money", "reason_unit": "units of different kinds",
        "reason_quantity": "the two are held against different quantities", "points": "percentage points",
        "coarser": "{std} has one amount for these cases",
        "compared": "held against different quantities: {a}: {qa}; {b}: {qb}",
        "counts": "{a} has {na} indicators, {b} has {nb}.", "indicator": "Indicator", "what": "Comparison", "dimension": "dimension",
        "was": "named {name} before", "reworded": "other words", "deprived": "deprived", "not_deprived": "not deprived",
        "witness": "example{day}: {household}: {a} {va}, {b} {vb}", "unread": "the rule was not read; only a given answer is taken",
        "common": "Classes of both", "boundary": "The boundary differs",
        "meets": "{cls}, {line}: {a} {oa}, {b} {ob}", "class": "Class",
        "same_condition": "same condition under the default readings (the lines and indicators it reads may differ)", "other_condition": "another condition",
        "within": "within {cls} ({std})", "yes": "yes", "no": "no", "method": "Method", "card": "Score card",
        "no_cards": "Neither has a score card.", "question": "Question", "default": "Default sense", "grade": "Grade",
        "no_rates": "There is no official result by {std}.",
        "no_rates_what_if": "{std} is an assumption; it has no official results.",
        "no_day_what_if": "{std} is an assumption and the law of no day.",
        "no_year_what_if": "An assumed amount is in prices of no year; here it is taken as of the first year of the standard that it changes. Choose another with years=.",
        "not_comparable": "NOT COMPARABLE: each rate counts by its own standard; a difference between two standards is no fall or rise of poverty.",
        "one_series": "All counted by one standard; sources, denominators and the way of the review may differ from year to year.",
        "place": "Place, day", "result": "Result", "decision": "Decision, source", "note": "Note",
        "both": "same place, same day, both standards", "households": "households", "weakest": "Weakest grade", "figures": "Figures by grade",
        "not_seen": "looked for and not read", "all_verified": "Every figure is grade A or B.", "what_not": "What", "why": "Why",
        "interpretation": "Interpretation",
        "cite": "Citation:",
        "citation": "{a} compared with {b}{mark}; chuanngheo {code}, data {data}, {day}.",
    },
}  # fmt: skip

__all__ = ["DIMENSIONS", "KINDS", "LINE_KINDS", "PARTS", "RULES", "SIGNS", "WORDS"]
