"""The yearly review (rà soát): spreadsheets, checks, movements between rounds, the report forms.

Each room is opened by itself; in the order of the work:

* ``reading.read_round``: files of the ministry's system and similar ones; ``profiles``: their layouts;
* ``units.region_of``, ``with_regions``, ``read_crosswalk``: provinces and levels on a day;
* ``checks.check``: what contradicts itself in a round;
* ``worksheet.income``: the income worksheet of Phụ lục VIII;
* ``movements.movements``: from one round to the next, Mẫu 7.2 and 7.3;
* ``records.status_on``: what the decisions of the authority say on a day;
* ``reports.reports``, ``priorities.priority_list``: Mẫu 7.1 to 7.11, lists, tabulations;
* ``workbook.write_review``, ``layout.write_forms``: the same for people, in Excel and HTML.

The rooms work on polars frames and take pandas and pyarrow: ``pip install 'chuanngheo[excel]'``.
"""
