"""What the program leaves behind for scripts: its exit codes, the same in every command."""

from __future__ import annotations

from collections.abc import Mapping

FINE, WRONG, USAGE, ABSENT, OPEN, FAULT, STOPPED = 0, 1, 2, 3, 4, 70, 130

MEANING: Mapping[int, tuple[str, str]] = {
    FINE: ("không có lỗi", "nothing is wrong"),
    WRONG: ("tìm thấy lỗi trong số liệu, tệp hoặc chuẩn", "problems were found in the data, a file or a standard"),
    USAGE: ("dùng lệnh sai", "the command was used wrongly"),
    ABSENT: (
        "không có tệp, chuẩn, ngày hoặc gói được hỏi; hoặc không ghi được",
        "a file, standard, day or package is not there, or nothing can be written",
    ),
    OPEN: (
        "assess: chưa xác định được loại hộ, hoặc không thuộc loại nào",
        "assess: the class is not determined, or there is none",
    ),
    FAULT: ("lỗi của chính chương trình", "a fault of the program itself"),
    STOPPED: ("bị dừng giữa chừng (Ctrl-C); không ghi gì dở dang", "stopped (Ctrl-C); nothing half-written is left"),
}

__all__ = ["ABSENT", "FAULT", "FINE", "MEANING", "OPEN", "STOPPED", "USAGE", "WRONG"]
