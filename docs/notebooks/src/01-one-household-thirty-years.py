# %% [markdown]
# # Một hộ, ba mươi năm chuẩn nghèo / One household, thirty years of standards
#
# Một hộ **tưởng tượng** ở xã miền núi, năm người. Hộ ấy thuộc loại nào theo mỗi chuẩn từ 1993 đến 2030?
#
# A **made-up** household of five in a mountain commune. What class does it have under each standard
# from 1993 to 2030?

# %%
import sys

import chuanngheo as cn
from chuanngheo import plots

sys.path.insert(0, "../examples")  # the small module that prints tables
from showing import joined, picture, table

STANDARDS = cn.standards()
print(*(f"{std.exact_id}: {std.title['vi']} / {std.title['en']}" for std in STANDARDS), sep="\n")

# %% [markdown]
# ## Cùng một số tiền / The same money
#
# Một triệu đồng một người một tháng, bốn chỉ số thiếu hụt, ở mọi chuẩn (số tiền danh nghĩa: một triệu
# năm 1993 và năm 2027 không phải là một). Hai chuẩn đầu tính bằng **kg gạo**: chương trình không tự quy
# đổi, nên kết quả để ngỏ và câu hỏi tiếp theo là số kg gạo.
#
# One million đồng a person a month and four deprivations, under every standard. The money is nominal: a
# million of 1993 is not a million of 2027. The first two standards count **kilograms of rice**; nothing
# converts money into rice here, so the answer stays open and the next question asks for the rice.


# %%
def asked(std: cn.Standard, facts: dict[str, object]) -> dict[str, object]:
    """Of these facts, those that the standard reads."""
    read = {*std.facts, *(["deprivations"] if std.indicators else [])}
    return {name: value for name, value in facts.items() if name in read}


UNITS = {"kg_rice/person/month": "kg gạo / rice", "VND/person/month": "đồng"}
home = {"area": "rural", "terrain": "mountain_island", "income_per_person": 1_000_000, "deprivations": 4}
rows = []
for std in STANDARDS:
    answer = std.assess(asked(std, home))
    line = std.line("poverty_line", area="rural", terrain="mountain_island")
    rows.append(
        {
            "standard": std.id,
            "from": min(span.start for span in std.applies).isoformat(),
            "poverty line": f"{int(line):,} {UNITS[line.unit]}",
            "class": answer.category or "undetermined",
            "possible": joined(answer.possible),
            "next question": answer.next_question or "–",
            "grade of the line": line.grade,
        }
    )
table(rows)

# %% [markdown]
# Với 14 kg gạo thì hai chuẩn đầu trả lời được. / With 14 kg of rice the first two can answer.

# %%
rice = {"area": "rural", "terrain": "mountain_island", "rice_per_person": 14}
for std in STANDARDS[:2]:
    answer = std.assess(asked(std, rice))
    print(std.id, answer.category)
    for flip in answer.flips():
        print("   ", flip.text("vi"), "/", flip.text("en"))

# %% [markdown]
# ## Mỗi thời một hoàn cảnh / The household in its own years
#
# Bây giờ hộ có thu nhập (tưởng tượng) của từng thời, đặt sát ranh giới. Cột cuối: thay đổi nhỏ nhất của
# một con số làm hộ đổi loại.
#
# Now an income for each period, made up, near the edges. The last column is the smallest change of one
# number that gives another class.

# %%
YEARS = {
    "vn-1993": {"rice_per_person": 14},
    "vn-1996": {"rice_per_person": 15},
    "vn-1998": {"income_per_person": 54_999},
    "vn-2001": {"income_per_person": 80_000},
    "vn-2006": {"income_per_person": 200_000},
    "vn-2011": {"income_per_person": 400_500},
    "vn-2016": {"income_per_person": 1_000_000, "deprivations": 3},
    "vn-2022": {"income_per_person": 1_500_000, "deprivations": 3},
    "vn-2027": {"income_per_person": 2_200_000, "deprivations": 2},
}
answers = {
    std.id: std.assess(asked(std, {"area": "rural", "terrain": "mountain_island", **YEARS[std.id]}))
    for std in STANDARDS
}
table(
    [
        {
            "standard": name,
            "given": joined(f"{fact} {value:,}" for fact, value in YEARS[name].items()),
            "class": answer.category,
            "nearest change": min(answer.flips(), key=lambda f: abs(f.change or 10**9)).text("en"),
        }
        for name, answer in answers.items()
    ]
)

# %% [markdown]
# Năm 2011 chữ của quyết định nhảy từ 400.000 sang 401.000 đồng; ở giữa phải chọn một cách đọc, và kết quả
# nêu rõ. / In 2011 the words jump from 400,000 to 401,000 đồng; between them a reading has to be chosen,
# and the answer names it.

# %%
between = {"area": "rural", "income_per_person": 400_500}
for reading in ("default", "literal"):
    chosen = {} if reading == "default" else {"near-poor-gap": reading}
    print(reading, cn.standard("vn-2011").assess(between, readings=chosen).possible)

# %% [markdown]
# ## Lời giải thích / The reasons
#
# Chuẩn 2016: một triệu đồng và ba chỉ số là hộ nghèo. / The standard of 2016: a million and three
# deprivations make a poor household.

# %%
print(answers["vn-2016"].explain("vi"))

# %%
print(answers["vn-2016"].explain("en"))

# %% [markdown]
# ## Các mức chuẩn 1993-2030 / The lines, 1993-2030

# %%
picture(plots.ladder(lang="vi"))

# %%
picture(plots.ladder(lang="en", lines=["poverty_line"]))
