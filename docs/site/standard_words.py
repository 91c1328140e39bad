"""The words of the pages of standards, in both languages, and the names of what is written in codes."""

from __future__ import annotations

WORDS = {
    "vi": {
        "index": "Các chuẩn",
        "index_lead": "Mỗi chuẩn có một trang, viết ra từ tệp quy tắc của nó: mức chuẩn, chỉ số, loại hộ, nguyên văn, căn cứ và những gì chưa đọc được.",
        "id": "Mã", "title": "Tên", "days": "Ngày áp dụng", "lines": "Mức chuẩn", "grade": "Mức xác nhận",
        "from_to": "từ ngày {0} đến hết ngày {1}", "from": "từ ngày {0}", "for_review": "Danh sách từ cuối năm trước",
        "only": "chỉ về", "grade_lead": "Mức xác nhận cho biết văn bản được đọc tốt đến đâu.",
        "in_short": "Tóm tắt", "told_class": "Cột “{0}” là loại do người dùng cho biết; thư viện không suy ra loại ấy từ số liệu khác.", "graded": "Mức xác nhận của từng mức chuẩn và loại hộ",
        "back_in_force": "{0} có hiệu lực ngày {1}; {2}, chuẩn áp dụng trở về trước.",
        "back_issued": "{0} ban hành ngày {1} (chưa rõ ngày có hiệu lực); {2}, chuẩn áp dụng trở về trước.",
        "line": "Mức", "applies_to": "Áp dụng cho", "amount": "Số tiền, số lượng", "ground": "Căn cứ", "everyone": "mọi trường hợp",
        "words": "Nguyên văn", "note": "Ghi chú", "rule": "Quy tắc", "values": "Giá trị được tính",
        "tables": "Bảng số", "indicators": "Chỉ số thiếu hụt", "dimension": "Chiều", "input": "Chỉ nhận số liệu cho sẵn: ngưỡng chưa đọc được trong văn bản.",
        "sense_cite": "Theo cách hiểu {0} = {1}", "methods": "Phương pháp", "default_method": "mặc định", "until": "Biểu mẫu chỉ ghi đến ngày {0}.",
        "values_of": "Giá trị riêng của phương pháp", "classes": "Loại hộ", "classes_of": "Phân loại", "by_method": "Theo phương pháp {0}", "rest": "Theo lời văn là phần còn lại.", "within": "Nằm trong",
        "decision": "Bảng quyết định", "decision_lead": "Mỗi dòng là một trường hợp, theo cách hiểu mặc định; ô trống là bất kỳ.",
        "statuses": "Đối tượng khác", "statuses_lead": "Không loại trừ loại nào.", "since": "Từ ngày {0}.", "since_unknown": "Ngày bắt đầu chưa biết.",
        "groups": "Nhóm trong báo cáo", "of_person": "của thành viên", "of_household": "của hộ",
        "scorecards": "Phiếu điểm", "rows": "{0} dòng", "item": "Mục", "option": "Dòng", "cut_off": "Mức điểm", "at_most": "từ mức này trở xuống", "at_least": "từ mức này trở lên",
        "interpretations": "Cách hiểu", "interpretations_lead": "Nơi lời văn để trống, chồng lấn hoặc có hai nghĩa. Nghĩa khác được chọn bằng `readings`.",
        "default": "mặc định", "undecided": "để ngỏ", "grounds": "Lý do", "differs": "Trường hợp nhỏ nhất mà hai nghĩa cho kết quả khác nhau",
        "no_difference": "Không có trường hợp nào mà việc xếp loại khác nhau, theo kiểm tra.",
        "by_default": "theo nghĩa mặc định", "by_sense": "theo {0}",
        "unseen": "Những gì chưa đọc được", "unseen_lead": "Đã tìm và chưa đọc được; để không ai tưởng là không có.", "none_unseen": "Không có gì được ghi.",
        "findings": "Chỗ trống, chồng lấn và phát hiện khác", "findings_lead": "Kiểm tra mọi trường hợp, không lấy mẫu; mỗi phát hiện có ví dụ nhỏ nhất.", "no_findings": "Kiểm tra không có phát hiện nào.",
        "example": "Ví dụ", "on": "ngày", "closed": "Đóng lại bằng cách hiểu", "under": "Theo cách hiểu",
        "documents": "Văn bản", "number": "Số hiệu", "document": "Tên", "issued": "Ban hành", "in_force": "Hiệu lực", "not_found": "chưa rõ",
        "facts": "Số liệu có thể hỏi", "fact": "Tên trong chương trình", "meaning": "Nội dung", "kind": "Kiểu", "facts_count": "{0} số liệu",
        "data": "Phiên bản và dấu vết", "exact": "Mã đầy đủ", "version": "Phiên bản", "revision": "lần sửa", "digest": "Mã băm SHA-256 của quy tắc",
        "data_version": "Phiên bản dữ liệu", "file": "Tệp quy tắc", "extends": "Dựa trên", "jurisdiction": "Phạm vi", "entity": "Đối tượng",
        "use": "Dùng trong Python", "use_lead": "Khi chưa biết gì: trạng thái, các loại còn có thể, và nên hỏi gì trước.",
        "older": "Phiên bản {0} (đã thay)", "newest": "Phiên bản {0}", "days_found": "Ngày trống, ngày trùng", "place": "mức",
        "boolean": "có/không", "number_kind": "số", "code": "mã", "date": "ngày", "text": "chữ", "person": "thành viên",
        "inherited": "lấy từ {0}", "yes": "có", "no": "không",
        "citations": "Số liệu và căn cứ", "citations_lead": "Mọi số liệu và quy tắc của thư viện đều có căn cứ và mức xác nhận. Trang này đếm chúng và nêu từng số liệu dưới mức A với điều cần có để xác nhận, kém nhất trước. Nếu bạn có văn bản, hãy gửi: ảnh chụp Công báo hoặc bản ký là đủ.",
        "counts": "Đếm theo mức", "all": "Tổng", "of_grade": "Mức {0}", "confirm": "Cần gì", "other_data": "Dữ liệu ngoài các chuẩn", "source_file": "Tệp",
    },
    "en": {
        "index": "Standards",
        "index_lead": "Every standard has a page, written from its rule file: lines, indicators, classes, original words, grounds, and what was not seen.",
        "id": "Id", "title": "Title", "days": "Days", "lines": "Lines", "grade": "Grade",
        "from_to": "from {0} to {1}", "from": "from {0}", "for_review": "Listed from the autumn before",
        "only": "about", "grade_lead": "A grade says how well the text was read.",
        "in_short": "In short", "told_class": "The column “{0}” is a class that the user tells; the library does not find it from other facts.", "graded": "Grades of the lines and classes",
        "back_in_force": "{0} came into force on {1}; {2} the standard reaches back.",
        "back_issued": "{0} was issued on {1} (its day of entry into force is not known); {2} the standard reaches back.",
        "line": "Line", "applies_to": "For", "amount": "Amount", "ground": "Ground", "everyone": "every case",
        "words": "Original words", "note": "Note", "rule": "Rule", "values": "Computed values",
        "tables": "Tables of numbers", "indicators": "Indicators of deprivation", "dimension": "Dimension", "input": "Taken as given only: its threshold was not read in a text.",
        "sense_cite": "Read as {0} = {1}", "methods": "Methods", "default_method": "default", "until": "Its forms name no day after {0}.",
        "values_of": "The method's own values", "classes": "Classes", "classes_of": "Classes", "by_method": "By the method {0}", "rest": "By its words, what is left.", "within": "Within",
        "decision": "Decision table", "decision_lead": "Each row is one case, under the default readings; an empty cell is any value.",
        "statuses": "Other marks", "statuses_lead": "They exclude no class.", "since": "From {0}.", "since_unknown": "Its first day is not known.",
        "groups": "Groups of the reports", "of_person": "of a member", "of_household": "of the household",
        "scorecards": "Score cards", "rows": "{0} rows", "item": "Item", "option": "Row", "cut_off": "Cut-off", "at_most": "at or below this line", "at_least": "at or above this line",
        "interpretations": "Readings", "interpretations_lead": "Where the words leave a hole, overlap or have two senses. `readings` chooses another sense.",
        "default": "default", "undecided": "left open", "grounds": "Reason", "differs": "Smallest case on which two senses differ",
        "no_difference": "By the audit, no case is classed differently.",
        "by_default": "by the default", "by_sense": "by {0}",
        "unseen": "Not seen", "unseen_lead": "Looked for and not read; so that nobody believes it is absent.", "none_unseen": "Nothing is noted.",
        "findings": "Holes, overlaps and other findings", "findings_lead": "Every case was audited, none sampled; each finding has its smallest example.", "no_findings": "The audit has no findings.",
        "example": "Example", "on": "on", "closed": "Closed by the reading", "under": "Read as",
        "documents": "Documents", "number": "Number", "document": "Title", "issued": "Issued", "in_force": "In force", "not_found": "not found",
        "facts": "What may be asked", "fact": "Name in programs", "meaning": "Meaning", "kind": "Kind", "facts_count": "{0} facts",
        "data": "Version and fingerprint", "exact": "Exact id", "version": "Version", "revision": "revision", "digest": "SHA-256 of the rules",
        "data_version": "Data version", "file": "Rule file", "extends": "Extends", "jurisdiction": "Jurisdiction", "entity": "Classifies",
        "use": "In Python", "use_lead": "While nothing is known: the status, the classes still possible, and what to ask first.",
        "older": "Version {0} (replaced)", "newest": "Version {0}", "days_found": "Days left out, days covered twice", "place": "grade",
        "boolean": "yes/no", "number_kind": "number", "code": "code", "date": "date", "text": "text", "person": "member",
        "inherited": "from {0}", "yes": "yes", "no": "no",
        "citations": "Figures and their grounds", "citations_lead": "Every figure and rule of the library has a ground and a grade. This page counts them and lists every figure below A with what would confirm it, the weakest first. If you have the text, send it: a photograph of the gazette or of the signed copy is enough.",
        "counts": "Counts by grade", "all": "All", "of_grade": "Grade {0}", "confirm": "What is needed", "other_data": "Data of no standard", "source_file": "File",
    },
}  # fmt: skip

# What an audit says of an example, where it is no class.
ANSWERS = {
    "vi": {"deprived": "thiếu hụt", "not deprived": "không thiếu hụt", "unknown": "chưa biết", "no_class": "không thuộc loại nào", "true": "có", "false": "không", "undetermined": "chưa xác định được"},
    "en": {"deprived": "deprived", "not deprived": "not deprived", "unknown": "not known", "no_class": "no class", "true": "yes", "false": "no", "undetermined": "undetermined"},
}  # fmt: skip

DIMENSIONS = {
    "employment": {"vi": "Việc làm", "en": "Employment"},
    "health": {"vi": "Y tế", "en": "Health"},
    "education": {"vi": "Giáo dục", "en": "Education"},
    "housing": {"vi": "Nhà ở", "en": "Housing"},
    "water_sanitation": {"vi": "Nước sinh hoạt và vệ sinh", "en": "Water and sanitation"},
    "water_sanitation_environment": {"vi": "Nước sinh hoạt, vệ sinh và môi trường", "en": "Water, sanitation and environment"},
    "information": {"vi": "Thông tin", "en": "Information"},
    "living_standards": {"vi": "Mức sống", "en": "Living standards"},
    "water": {"vi": "Nước sinh hoạt", "en": "Water"},
    "sanitation": {"vi": "Vệ sinh", "en": "Sanitation"},
    "nutrition": {"vi": "Dinh dưỡng", "en": "Nutrition"},
}  # fmt: skip

ENTITIES = {
    "household": {"vi": "hộ gia đình", "en": "households"},
    "child": {"vi": "trẻ em", "en": "children"},
    "commune": {"vi": "xã", "en": "communes"},
    "coastal-commune": {"vi": "xã bãi ngang, ven biển và hải đảo", "en": "coastal and island communes"},
    "village": {"vi": "thôn", "en": "villages"},
}

JURISDICTIONS = {
    "vn": {"vi": "Cả nước", "en": "Viet Nam"},
    "intl": {"vi": "Quốc tế", "en": "International"},
    "vn-01": {"vi": "Thành phố Hà Nội", "en": "Hanoi"},
    "vn-22": {"vi": "Tỉnh Quảng Ninh", "en": "Quảng Ninh"},
    "vn-48": {"vi": "Thành phố Đà Nẵng", "en": "Da Nang"},
    "vn-74": {"vi": "Tỉnh Bình Dương", "en": "Bình Dương"},
    "vn-75": {"vi": "Tỉnh Đồng Nai", "en": "Đồng Nai"},
    "vn-79": {"vi": "Thành phố Hồ Chí Minh", "en": "Ho Chi Minh City"},
}

# Units that the words of a sum have no name for.
UNITS = {
    "vi": {"criterion": "tiêu chí", "month": "tháng", "year": "năm", "household": "hộ", "kg": "kg", "cm": "cm", "age_months": "tháng tuổi"},
    "en": {"criterion": "criteria", "age_months": "age in months", "kg": "kg", "cm": "cm"},
}  # fmt: skip

SECTIONS = {
    "applies": {"vi": "ngày áp dụng", "en": "days"}, "lines": {"vi": "mức chuẩn", "en": "lines"},
    "values": {"vi": "giá trị", "en": "values"}, "tables": {"vi": "bảng số", "en": "tables"},
    "indicators": {"vi": "chỉ số", "en": "indicators"}, "classes": {"vi": "loại hộ", "en": "classes"},
    "statuses": {"vi": "đối tượng khác", "en": "other marks"}, "groups": {"vi": "nhóm báo cáo", "en": "groups"},
    "scorecards": {"vi": "phiếu điểm", "en": "score cards"}, "interpretations": {"vi": "cách hiểu", "en": "readings"},
    "published": {"vi": "kết quả đã công bố", "en": "published results"}, "prices": {"vi": "chỉ số giá", "en": "prices"},
    "review": {"vi": "biểu mẫu rà soát", "en": "forms of the review"},
}  # fmt: skip


def named(table: dict[str, dict[str, str]], key: str, lang: str) -> str:
    """A name of the tables above; the code itself where a new file brings one that has no name yet."""
    return table[key][lang] if key in table else key.replace("_", " ")
