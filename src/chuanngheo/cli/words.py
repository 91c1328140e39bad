"""Every sentence of the command line, in Vietnamese and English, and which of the two is spoken."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..model import LANGUAGES

PROGRAM = "chuanngheo"
_BETWEEN = "␟"  # between the two languages of a text of the help

WORDS: Mapping[str, tuple[str, str]] = {
    # problems and files
    "allowed": ("cho phép", "allowed"),
    "remedy": ("cách sửa", "what to do"),
    "more": ("xem thêm", "more"),
    "one_problem": ("1 lỗi", "1 problem"),
    "problems": ("{} lỗi", "{} problems"),
    "no_problem": ("đọc được: {}", "reads as {}"),
    "unfilled": ("còn {} chỗ ‹…› phải điền", "{} places ‹…› are still to be filled in"),
    "not_found": ("không tìm thấy tệp {}", "there is no file {}"),
    "is_folder": ("{} là thư mục; hãy nêu tên tệp", "{} is a folder; name a file"),
    "no_read": ("không được phép mở", "permission denied"),
    "disk_full": ("hết chỗ trên đĩa", "no space left"),
    "disk_quota": ("vượt hạn mức đĩa", "the disk quota is used up"),
    "read_only": ("nơi ghi chỉ cho đọc", "it is read-only"),
    "bad_disk": ("lỗi vào ra", "input/output error"),
    "no_place": ("không có thư mục này", "there is no such folder"),
    "name_long": ("tên quá dài", "the name is too long"),
    "stdout": ("đầu ra (stdout)", "standard output"),
    "unreadable": ("không đọc được {}: {}", "{} cannot be read: {}"),
    "unwritable": ("không ghi được {}: {}", "{} cannot be written: {}"),
    "exists": ("{} đã có; không ghi đè. Chọn tên khác", "{} is there already; nothing was overwritten. Choose another name"),
    "or_force": ("{}, hoặc thêm --force", "{}, or add --force"),
    "made": ("đã tạo {}", "wrote {}"),
    "row": ("dòng {}", "row {}"),
    "row_of_csv": ("dòng {} (tiêu đề: 1)", "line {} (heading: 1)"),
    "row_of_data": ("dòng {} (đếm từ 1)", "row {} (from 1)"),
    "and_more": ("… và {} nữa", "… and {} more"),
    # usage
    "see_help": ("xem: {}", "see: {}"),
    "no_option": ("không có tùy chọn {}{}", "there is no option {}{}"),
    "no_command": ("không có lệnh {}{}", "there is no command {}{}"),
    "mean": ("; có phải {}?", "; did you mean {}?"),
    "lacking": ("thiếu {}", "{} is missing"),
    "not_a_day": ("{}: {} không phải là ngày; viết năm-tháng-ngày, như 2026-03-01", "{}: {} is not a day; write year-month-day, such as 2026-03-01"),
    "not_a_pair": ("{}: {} không có dạng {}", "{}: {} is not of the form {}"),
    "not_one_of": ("{}: {} không có; cho phép: {}", "{}: {} is not known; allowed: {}"),
    "pair": ("TÊN=GIÁ_TRỊ", "NAME=VALUE"),
    "sense_pair": ("tên=cách", "name=sense"),
    "list_file": ("--file có danh sách hộ", "--file with a list"),
    "extra": ("thừa: {}", "not expected: {}"),
    "needs_value": ("{} cần một giá trị", "{} needs a value"),
    "takes_none": ("{} không nhận giá trị", "{} takes no value"),
    "wrong_value": ("{}: giá trị {} không dùng được", "{}: the value {} cannot be used"),
    "wrong_words": ("không hiểu lệnh này", "the command is not understood"),
    "not_a_number": ("{}: {} không phải là số nguyên", "{}: {} is not a whole number"),
    "one_of_both": ("nêu một trong hai: {} hoặc {}", "give one of the two: {} or {}"),
    "not_both": ("chỉ nêu một trong hai: {} hoặc {}", "give only one of the two: {} or {}"),
    "twice": ("{} được nêu hai lần", "{} is given twice"),
    "needs": ("{} cần {}", "{} needs {}"),
    "wrong_lang": ("--lang nhận vi hoặc en", "--lang takes vi or en"),
    "ending": ("{}: đuôi tệp không đọc được; cho phép: {}", "{}: the ending is not known; allowed: {}"),
    "out_ending": ("{}: không ghi được tệp có đuôi này; cho phép: {}", "{}: a file with this ending cannot be written; allowed: {}"),
    "same_file": ("{} vừa là tệp vào vừa là tệp ra", "{} is both what is read and what is to be written"),
    "install": ("cần {}: pip install 'chuanngheo[{}]'", "this needs {}: pip install 'chuanngheo[{}]'"),
    "not_yet": ("bản này chưa có {}", "this release does not have {}"),
    "stopped": ("đã dừng; không ghi gì dở dang", "stopped; nothing half-written is left"),
    "fault": ("lỗi của chương trình: {}. Hãy báo cho chúng tôi; CHUANNGHEO_TRACEBACK=1 in chi tiết", "a fault of the program: {}. Please report it; CHUANNGHEO_TRACEBACK=1 shows the details"),
    # help
    "usage": ("Cách dùng", "Usage"),
    "arguments": ("Đối số", "Arguments"),
    "options": ("Tùy chọn", "Options"),
    "everywhere": ("Ở mọi lệnh", "On every command"),
    "examples": ("Ví dụ", "Examples"),
    "exit_codes": ("Mã thoát", "Exit codes"),
    "lang_help": ("ngôn ngữ; nếu không nêu thì theo CHUANNGHEO_LANG, LC_ALL, LC_MESSAGES, LANG", "language; by CHUANNGHEO_LANG, LC_ALL, LC_MESSAGES, LANG where not given"),
    "help_help": ("in phần trợ giúp này", "print this help"),
    "version_help": ("in phiên bản của chương trình và của dữ liệu", "print the versions of the code and of the data"),
    "command_help": ("Trợ giúp của một lệnh: {}", "Help on one command: {}"),
    # check, audit, new, explain
    "next": ("Điền những chỗ ‹…›, rồi chạy: {}", "Fill in what stands in ‹…›, then run: {}"),
    "auditing": ("đang kiểm tra {}", "auditing {}"),
    "no_findings": ("không có phát hiện", "no findings"),
    "inherited": ("ngoài những gì {} đã có", "beside those of {}"),
    "audit": ("kiểm tra quy định: {}", "audit: {}"),
    "audit_skipped": ("chưa kiểm tra quy định: tệp chưa đọc được", "not audited: the file cannot be read yet"),
    "error": ("{} lỗi", "{} error(s)"),
    "warning": ("{} cảnh báo", "{} warning(s)"),
    "note": ("{} ghi chú", "{} note(s)"),
    "new_entity": ("chưa có chuẩn nào kèm theo phân loại {}; những đối tượng đã có: {}", "no standard that comes with the library classifies a {}; there are: {}"),
    "see_audit": ("xem đầy đủ: {}", "all of it: {}"),
    "cases_hold": ("{} trường hợp mẫu đều đúng", "{} golden cases hold"),
    "cases_fail": ("{} điểm sai trong {} trường hợp mẫu", "{} failure(s) in {} golden cases"),
    "cases_waiting": ("trường hợp mẫu chưa chạy: sửa tệp quy định trước", "golden cases were not run: mend the rule file first"),
    "expected": ("mong đợi {}, kết quả {}", "expected {}, found {}"),
    "no_code": ("không có mã lỗi {}: {}", "there is no error code {}: {}"),
    "all_codes": ("{} lỗi; xem một lỗi: {}", "{} codes; one of them: {}"),
    # show, list, line
    "days": ("Ngày áp dụng", "Days covered"),
    "lines": ("Mức chuẩn", "Lines"),
    "tables": ("Bảng", "Tables"),
    "indicators": ("Chỉ số thiếu hụt", "Indicators of deprivation"),
    "methods": ("Phương pháp", "Methods"),
    "classes": ("Loại, khó khăn nhất đứng trước", "Classes, most deprived first"),
    "statuses": ("Đối tượng khác", "Marks beside the classes"),
    "interpretations": ("Cách hiểu", "Interpretations"),
    "unseen": ("Chưa đọc được", "Looked for and not read"),
    "from": ("từ", "from"),
    "to": ("đến", "to"),
    "open": ("chưa rõ ngày cuối", "no end known"),
    "no_days": ("không theo ngày", "by no day"),
    "grade": ("mức {}", "grade {}"),
    "rows": ("{} dòng", "{} rows"),
    "count": ("số dòng: {}", "rows: {}"),
    "default": ("mặc định", "default"),
    "within": ("thuộc {}", "within {}"),
    "otherwise": ("mọi trường hợp còn lại", "whoever is in none before"),
    "input": ("nhận số liệu cho sẵn", "taken as given"),
    "extends": ("dựa trên {}", "stands on {}"),
    "none_listed": ("không có chuẩn nào như vậy", "there is no such standard"),
    "facts_household": ("Số liệu của hộ", "Facts of a household"),
    "facts_members": ("Số liệu của mỗi thành viên (members)", "Facts of each member (members)"),
    "change": ("từ {}: {}; {}", "from {}: {}; {}"),
    "note_on": ("Lưu ý: {}", "Note: {}"),
    "no_change": ("chưa biết thay đổi nào sau đó", "no later change is known"),
    # assess
    "no_households": ("{}: danh sách không có hộ nào", "{}: the list has no households"),
    "by_decision": ("Theo quyết định công nhận của cơ quan có thẩm quyền: {}, ngày {}", "Recorded by decision of the competent authority: {}, {}"),
    "grade_A": ("Mức xác nhận: A (đã đọc trong văn bản)", "Grade: A (read in the text)"),
    "grade_B": ("Mức xác nhận: B (theo hai nguồn thứ cấp độc lập)", "Grade: B (two independent secondary sources)"),
    "grade_C": ("Mức xác nhận: C, chưa được xác nhận: mới theo một nguồn thứ cấp", "Grade: C, not confirmed: one secondary source only"),
    "grade_D": ("Mức xác nhận: D, chưa được xác nhận: chưa nguồn nào xác nhận", "Grade: D, not confirmed: by no source so far"),
    "no_facts": ("chưa có số liệu nào của hộ; nêu tên=giá_trị, --file hoặc --ask", "no facts were given; give name=value, --file or --ask"),
    "household": ("hộ {}", "household {}"),
    "result": ("Kết quả", "Result"),
    "undetermined": ("chưa xác định", "undetermined"),
    "no_class": ("không thuộc loại nào", "no class"),
    "possible": ("Có thể là", "Possible"),
    "missing": ("Còn thiếu", "Missing"),
    "ask_next": ("Nên hỏi trước", "Ask next"),
    "standard": ("Chuẩn", "Standard"),
    "full_text": ("Lý do đầy đủ: thêm --explain", "Why, in full: add --explain"),
    "caveats": ("Lưu ý: {}", "Caveats: {}"),
    "caveat": ("Lưu ý: {}", "Caveat: {}"),
    "choose_one": ("{}: viết một số từ 1 đến {}", "{}: write a number from 1 to {}"),
    "answer_hint": ("? giải thích, bỏ trống nếu không biết", "? explains, empty where not known"),
    "unit": ("đơn vị: {}", "unit: {}"),
    # classify
    "reading": ("đang xem cột của {}", "looking at the columns of {}"),
    "checking": ("đang kiểm tra từng dòng", "checking every row"),
    "classifying": ("đang phân loại", "classifying"),
    "rows_done": ("{} dòng", "{} rows"),
    "counted": ("{} hộ theo {}", "{} households by {}"),
    "open_rows": ("chưa xác định", "undetermined"),
    "because": ("còn thiếu {}", "for want of {}"),
    "bad_rows": ("{} dòng có lỗi; xem cột {}", "{} rows have problems; see the column {}"),
    "repeated_keys": ("cột {}: {} dòng lặp lại một mã hộ đã có", "column {}: rows that repeat an id: {}"),
    "empty_keys": ("cột {}: {} dòng không có mã hộ", "column {}: rows without an id: {}"),
    "nothing_written": ("không ghi gì", "nothing was written"),
    # report
    "read_rows": ("{} dòng đã đọc: {} dùng được, {} không dùng được, {} trùng lặp", "{} rows read: {} usable, {} not usable, {} repeated"),
    "by_recorded": ("theo kết quả ghi trong tệp", "by the class recorded in the file"),
    "by_computed": ("theo kết quả tính bằng {}", "by the class computed with {}"),
    "forms_made": ("biểu {}", "forms {}"),
    "form_left": ("không lập biểu {}: {}", "form {} was left out: {}"),
    "not_checked": ("{} phép kiểm tra thiếu số liệu (--json nêu đủ)", "{} checks lack columns (--json names them)"),
    "form_note": ("biểu {}: {}", "form {}: {}"),
}  # fmt: skip


def language() -> str:
    """Vietnamese where the environment is, else English."""
    for name in ("CHUANNGHEO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


def both(vi: str, en: str) -> str:
    """A text of the help in both languages; :func:`one` takes it apart when the help is printed."""
    return f"{vi}{_BETWEEN}{en}"


def one(text: str | None, lang: str) -> str:
    """One language of a text of the help."""
    parts = (text or "").split(_BETWEEN)
    return parts[LANGUAGES.index(lang) if len(parts) > 1 else 0].strip()


def sentence(key: str, lang: str, *parts: object) -> str:
    return WORDS[key][LANGUAGES.index(lang)].format(*parts)


__all__ = ["PROGRAM", "WORDS", "both", "language", "one", "sentence"]
