# %% [markdown]
# # Nghèo năm 1998 theo bốn chuẩn / Poverty in 1998 under four standards
#
# 5.999 hộ **có thật** của Khảo sát mức sống dân cư 1997-98. / 5,999 **real** households of the Viet Nam
# Living Standards Survey 1997-98.
#
# Đọc trước khi dùng bất cứ tỷ lệ nào dưới đây / Before any rate below is used:
#
# * đây là **chi tiêu**, không phải thu nhập / it is **expenditure**, not income;
# * **không có quyền số**; hộ thành thị quá nhiều (28,8 %, dân số khi ấy khoảng 23 %) / there are **no
#   weights**, and too many urban households (28.8 %, about 23 % of the population then);
# * **không có địa hình** nông thôn: chuẩn 1998 và 2001 chỉ cho khoảng / no **terrain** of rural households:
#   the standards of 1998 and 2001 give bounds;
# * chuẩn 2001 và 2006 không dùng cho 1998; đây là bài tập "cùng những hộ ấy" / the standards of 2001 and
#   2006 were not those of 1998; this is an exercise on the same households, in nominal đồng.

# %%
import sys
from fractions import Fraction

import polars as pl

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo import plots

sys.path.insert(0, "../examples")
from showing import picture, table

NOTE = "Chi tiêu 1998, không quyền số, không địa hình; không phải tỷ lệ chính thức / expenditure of 1998, no weights, no terrain; not official rates"
homes = pl.read_csv("../examples/data/vlss_1998_households.csv").rename({"expenditure_12_months_thousand_vnd": "spent"})
homes = homes.with_columns(
    year=(pl.col("spent") * 1000).round().cast(pl.Int64),  # đồng, the household, twelve months
    terrain=pl.lit(None, pl.String),
).with_columns(month=pl.col("year") / 12 / pl.col("members"))  # đồng a person a month
sample = ms.unweighted(persons="members")
print(f"{homes.height:,} households, {homes['members'].sum():,} persons")

# %% [markdown]
# ## Kiểm tra với số đã công bố / A check against what was published
#
# Mức chi tiêu 1.789.871 đồng một người một năm (Tổng cục Thống kê và Ngân hàng Thế giới): công bố 37,4 %
# số người, **có quyền số**. Tệp này không có quyền số và cho 31,6 %.
#
# The expenditure line of 1,789,871 đồng a person a year (General Statistics Office and World Bank): 37.4 % of
# persons were published, **weighted**. This file has no weights and gives 31.6 %.

# %%
EXPENDITURE_LINE = 1_789_871
checked = homes.with_columns(line=EXPENDITURE_LINE * pl.col("members"))
rate = ms.headcount(checked, sample, income="year", line="line", poor_at_line=False, unit="person")
assert round(100 * rate["value"].item(), 1) == 31.6
table(rate, note=NOTE)

# %% [markdown]
# ## Loại hộ theo ba chuẩn quốc gia / Classes under the three national standards
#
# Tỷ lệ **người** trong mỗi loại; `low` và `high` là khoảng khi không biết địa hình.
# Shares of **persons** in each class; `low` and `high` are the bounds while the terrain is unknown.

# %%
columns = {
    "area": {"from": "urban", "codes": {"yes": "urban", "no": "rural"}},
    "income": {"from": "year", "unit": "VND/household/year"},
    "household_size": "members",
}
NATIONAL = [cn.standard(name) for name in ("vn-1998", "vn-2001", "vn-2006")]
shares = []
for std in NATIONAL:
    classed = std.classify(homes, columns=columns)
    told = ms.classes(classed, sample, unit="person", order=list(std.classes))
    open_ = classed["category"].null_count()
    shares += [{"standard": std.id, "undetermined households": open_, **row} for row in told.iter_rows(named=True)]
table(shares, ["standard", "category", "value", "low", "high", "undetermined households", "unit", "data"], note=NOTE)

# %% [markdown]
# Chuẩn 1998: hộ đói được tách khỏi hộ nghèo; mọi số của chuẩn này ở mức D (chưa đọc được văn bản).
# Under the standard of 1998 the hungry stand apart from the poor; all its figures are grade D (no text was read).

# %%
for std in NATIONAL:
    line = std.lines["poverty_line"]
    print(f"{std.exact_id}: {line.cite.label('vi')} / {line.cite.label('en')}, {line.cite.grade}")

# %% [markdown]
# ## Số đo / Measures
#
# Tỷ lệ, khoảng cách nghèo, bình phương khoảng cách, Watts, Sen, Gini; theo người. Khi chưa biết địa hình,
# mức chuẩn của hộ nông thôn là một khoảng.
# Headcount, poverty gap, squared gap, Watts, Sen and Gini, by persons. While the terrain is unknown, the line
# of a rural household is a span.

# %%
BELOW = {"vn-1998": False, "vn-2001": False, "vn-2006": True}  # dưới, dưới, từ ... trở xuống
places = {"area": columns["area"], "terrain": "terrain"}
measured = []
for std in NATIONAL:
    facts = {name: places[name] for name in (("area",) if std.id == "vn-2006" else ("area", "terrain"))}
    lined = ms.with_line(homes, std, columns=facts, bounds=True)
    span = ("poverty_line_low", "poverty_line_high")
    made = ms.poverty(lined, sample, income="month", line=span, poor_at_line=BELOW[std.id], unit="person")
    measured.append(made.with_columns(standard=pl.lit(std.id)))
line = Fraction(EXPENDITURE_LINE, 12)
made = ms.poverty(homes, sample, income="month", line=line, poor_at_line=False, unit="person")
measured.append(made.with_columns(standard=pl.lit("1.789.871 đồng")))
together = pl.concat(measured)
wide = [
    {
        "measure": name,
        **{
            row["standard"]: f"{row['low']:.3f}"
            if row["low"] == row["high"]
            else f"{row['low']:.3f} to {row['high']:.3f}"
            for row in together.filter(measure=name).iter_rows(named=True)
        },
    }
    for name in together["measure"].unique(maintain_order=True)
]
table(wide, note=NOTE)

# %% [markdown]
# Gini không phụ thuộc mức chuẩn. / The Gini does not depend on a line.

# %%
chart = plots.measures(together, by="standard", only=["headcount", "poverty_gap", "sen"], standards=NATIONAL, lang="vi")
picture(chart, note="Chi tiêu 1998, không quyền số, không biết địa hình nông thôn; không phải tỷ lệ chính thức.")

# %% [markdown]
# ## Phân bố và các mức chuẩn / The distribution and the lines
#
# Chi tiêu bình quân một người một tháng, theo thành thị và nông thôn. / Expenditure a person a month, by area.

# %%
by_area = homes.with_columns(area=pl.col("urban").replace_strict({"yes": "urban", "no": "rural"}))
chart = plots.income_distribution(by_area, sample, income="month", lines=NATIONAL, by="area", lang="en")
picture(
    chart,
    title="Distribution of expenditure in 1998 and the lines",
    note="Expenditure stands in for income; no weights, no terrain; not official rates.",
)
