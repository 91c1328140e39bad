# %% [markdown]
# # Dùng số liệu điều tra của bạn / Bring your own survey
#
# Từ tệp Stata có tên biến như VHLSS (`tinh huyen xa diaban hoso ttnt tsnguoi thunhap wt9`) đến tỷ lệ có
# khoảng tin cậy. **Số liệu ở đây là giả**, chỉ để thay bằng tệp của bạn.
#
# From Stata files named as in the VHLSS to rates with confidence intervals. **The data here are
# synthetic**: put your own files in their place.

# %%
import sys
import tempfile
from pathlib import Path

import polars as pl

import chuanngheo as cn
from chuanngheo import measures as ms
from chuanngheo import surveys

sys.path.insert(0, "../examples")
import synthetic_survey
from showing import joined, table

folder = tempfile.TemporaryDirectory()
household_file, weight_file = synthetic_survey.write(Path(folder.name))
std = cn.standard("vn-2022")
NOTE = "Số liệu giả / synthetic data: nobody's estimate"

# %% [markdown]
# ## 1. Đọc tệp / Read the files
#
# `read_stata` (phần mở rộng `stata`) giữ nhãn, đổi tên thành chữ thường, và báo lỗi khi khóa bị trùng.
# `read_stata` (extra `stata`) keeps the labels, gives names in small letters, and refuses a key that
# stands twice.

# %%
file = surveys.read_stata(household_file, key=surveys.VHLSS_HOUSEHOLD)
weights = surveys.read_stata(weight_file)
print(file.frame.height, "synthetic households,", weights.frame.height, "địa bàn")
table(
    [
        {
            "column": name,
            "label": file.labels.get(name, ""),
            "codes": joined(f"{code} {label}" for code, label in file.codes.get(name, {}).items()),
        }
        for name in file.frame.columns
    ]
)

# %% [markdown]
# ## 2. Ghép quyền số / Merge the weights
#
# Quyền số `wt9` nằm ở tệp địa bàn. Số địa bàn đánh lại từ đầu ở mỗi xã, nên ghép chỉ theo `diaban` là sai;
# ở đây đó là lỗi chứ không phải kết quả sai.
#
# The weights stand in a file of địa bàn. Their numbers begin anew in each commune: a merge on `diaban`
# alone is an error here, not a wrong result.

# %%
try:
    surveys.merge(file.frame.drop("tinh", "huyen", "xa"), weights.frame.select("diaban", "wt9"), on=["diaban"])
except cn.DataProblems as error:
    print(error)

# %%
homes = surveys.merge(file.frame, weights.frame, on=surveys.VHLSS_AREA)
homes = homes.with_columns(
    stratum=pl.format("{}-{}", "tinh", "ttnt"), place=pl.concat_str(surveys.VHLSS_AREA, separator="-")
)
persons = (homes["wt9"] * homes["tsnguoi"]).sum()
print(
    f"households {homes['wt9'].sum():,.0f}, persons {persons:,.0f} (wt9 x tsnguoi): compare both with what is published"
)

# %% [markdown]
# ## 3. Tên, mã, đơn vị / Names, codes, units
#
# `columns` nói cột nào là dữ kiện nào, mã nghĩa là gì, đơn vị nào, và `-1` là không biết. Mã thành thị,
# nông thôn mỗi tệp một khác: ở đây đọc theo **nhãn**.
#
# `columns` says which column is which fact, what its codes mean, its unit, and that -1 is unknown. Codes of
# town and country differ between files: here they are read by their **labels**.

# %%
columns = dict(surveys.VHLSS_COLUMNS)
columns["area"] = {"from": "ttnt", "codes": file.codes_of("ttnt", {"Thành thị": "urban", "Nông thôn": "rural"})}
columns["income_per_person"] = {"from": "thubq", "unit": "thousand VND/person/month", "missing": [-1]}
table([{"fact": fact, "said": said} for fact, said in columns.items()])

# %% [markdown]
# **Bẫy 1.** Quên rằng `-1` là không trả lời. / **Trap 1.** Forgetting that -1 is no answer.

# %%
try:
    std.classify(homes, columns={**columns, "income": {"from": "thunhap", "unit": "thousand VND/household/year"}})
except cn.DataProblems as error:
    print("\n".join(str(error).splitlines()[:5]))

# %% [markdown]
# **Bẫy 2.** Đọc nghìn đồng thành đồng. Có thêm `thubq` thì hai cột mâu thuẫn nhau và là lỗi. Nếu không có
# cột nào để đối chiếu thì mọi hộ đều nghèo; hãy luôn nhìn trung vị.
#
# **Trap 2.** Thousand đồng read as đồng. With `thubq` beside it the two contradict each other, an error.
# With nothing to compare it with, everybody is poor: always look at the median.

# %%
wrong = {"from": "thunhap", "unit": "VND/household/year", "missing": [-1]}
try:
    std.classify(homes, columns={**columns, "income": wrong})
except cn.DataProblems as error:
    print("\n".join(str(error).splitlines()[:6]))

# %%
alone = {name: columns[name] for name in ("area", "income", "household_size")}
for unit, said in (("right", columns["income"]), ("wrong", wrong)):
    made = std.classify(homes, columns={**alone, "income": said})
    low = made["possible"].str.contains("poor; near_poor|^poor$|^near_poor$").sum()
    median = homes.filter(pl.col("thunhap") > 0).select(pl.col("thunhap") / pl.col("tsnguoi") / 12).median().item()
    median *= 1000 if unit == "right" else 1
    print(
        f"{unit} unit: median {median:,.0f} đồng a person a month; low income may hold for {low} of {homes.height} households"
    )

# %% [markdown]
# ## 4. Loại hộ / Classes
#
# Không có chỉ số thiếu hụt thì không tách được nghèo và cận nghèo: tỷ lệ là **khoảng**. Mười hai chỉ số
# phải tự tính từ phiếu hỏi (ở đây là cột giả `thieuhut`).
#
# Without the indicators, poor and near-poor cannot be told apart: shares are **bounds**. The twelve have
# to be worked out from the questionnaire (here a made-up column `thieuhut`).

# %%
design = ms.survey("wt9", persons="tsnguoi", strata="stratum", psu="place")
shown = ["category", "value", "low", "high", "ci_low", "ci_high", "rows", "rows_unknown", "unit", "data"]
open_classes = std.classify(homes, columns=columns)
table(ms.classes(open_classes, design, unit="person"), shown, note=NOTE)

# %%
classed = std.classify(homes, columns={**columns, "deprivations": "thieuhut"})
table(ms.classes(classed, design, unit="person"), shown, note=NOTE)

# %% [markdown]
# Hộ không trả lời thu nhập vẫn không biết: không phải 0 đồng, cũng không phải "không nghèo".
# Households that did not tell their income stay unknown: neither zero nor "not poor".
#
# ## 5. Tỷ lệ thu nhập thấp và khoảng tin cậy / Low income, with confidence intervals
#
# Tử số so sánh chính xác: tổng thu nhập của hộ với mức chuẩn x số người x 12. Tầng = tỉnh x thành thị,
# nông thôn là giả định; hãy theo tài liệu của cuộc điều tra.
#
# Who is poor is compared exactly: income of the household against line x persons x 12. Strata of
# province by area are an assumption: follow the documentation of your survey.

# %%
line = {code: int(std.line("poverty_line", area=area)) for code, area in columns["area"]["codes"].items()}
homes = homes.with_columns(
    income=pl.when(pl.col("thunhap") >= 0).then(pl.col("thunhap") * 1000),
    line=pl.col("ttnt").replace_strict(line, return_dtype=pl.Int64) * pl.col("tsnguoi") * 12,
)
asked = {"income": "income", "line": "line", "poor_at_line": True}
results = []
for what, chosen, unit in (
    ("design", design, "person"),
    ("design, households", design, "household"),
    ("weights, no design", ms.survey("wt9", persons="tsnguoi"), "person"),
    ("no weights", ms.unweighted(persons="tsnguoi"), "person"),
):
    for row in ms.headcount(homes, chosen, unit=unit, unknown="drop", **asked).iter_rows(named=True):
        results.append({"asked with": what, "se": None, "ci_low": None, "ci_high": None, **row})
table(results, ["asked with", "value", "se", "ci_low", "ci_high", "rows", "total", "unit", "data"], note=NOTE)

# %% [markdown]
# Không có quyền số, nông thôn (mẫu dày hơn) kéo tỷ lệ lên. Không có thiết kế thì **không có** khoảng tin cậy,
# chứ không phải một khoảng quá hẹp. Tên cột sai là lỗi. / Without weights the countryside, which was sampled
# more densely, pulls the rate up. Without a design there is **no** interval, rather than one that is too
# narrow. A misspelt column is an error.

# %%
try:
    ms.headcount(homes, ms.survey("wt99", persons="tsnguoi"), **asked)
except cn.DataProblems as error:
    print(error)

# %%
by_area = ms.headcount(homes, design, unit="person", by="ttnt", **asked)
table(by_area, ["ttnt", "value", "low", "high", "ci_low", "ci_high", "rows", "rows_unknown", "unit", "data"], note=NOTE)

# %%
folder.cleanup()
