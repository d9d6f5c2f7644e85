"""Small workbooks in the form of SAMM's and CASME II's, some damaged.

    pip install openpyxl==3.1.5
    python generate.py      # writes the workbooks beside this script
"""
import os
import openpyxl

HERE = os.path.dirname(os.path.abspath(__file__))
SAMM = ["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro",
        "Action Units", "Estimated Emotion", "Objective Classes", "Notes"]
CASME2 = ["Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units", "Estimated Emotion"]


def write(name, above, header, rows, sheets_before=0):
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(sheets_before):
        sheet.append(["read me"])
        sheet = book.create_sheet()
    for i in range(above):
        sheet.append([f"note {i + 1}"] if i % 2 == 0 else [])
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    book.save(os.path.join(HERE, name))


def samm(subject, clip, onset, apex, offset, emotion):
    return [subject, clip, 1, onset, apex, offset, "", "Micro - 1/2", "4", emotion, 1, ""]


samm_rows = [
    samm("006", "006_1_2", 3, 5, 7, "Anger"),
    samm("006", "006_1_3", 3, 4, 6, "Surprise"),                # without a folder
    samm("007", "007_3_1", 10, 99, 12, "Happiness"),            # apex outside
    samm("028", "028_4_1", 1, 500, 4, "Other"),                 # a known erratum
    samm("007", "007_3_2", "later", 4, 6, "Fear"),              # onset is text
    samm("007", "007_3_3", 9, 8, 2, "Fear"),                    # onset after offset
    samm("006", "006_1_2", 3, 5, 7, "Anger"),                   # repeated
    samm("007", "007_3_4", 100, 101, 102, "Fear"),              # frames are not there
]
write("samm.xlsx", 13, SAMM, samm_rows)
write("samm_header_on_row_3_of_sheet_2.xlsx", 2, SAMM, samm_rows, sheets_before=1)
write("samm_renamed_column.xlsx", 13, [c.replace("Onset Frame", "Start") for c in SAMM], samm_rows)
write("no_header.xlsx", 3, ["Person", "Video"], [["006", "006_1_2"]])
write("casme2.xlsx", 0, CASME2, [
    [1, "EP02_01f", None, 46, 59, 86, None, "12", "happiness"],
    [2, "EP01_11f", None, 46, "/", 48, None, "4", "repression"],
    [26, "EP18_50", None, 1, 2, 3, None, "1", "fear"],
])
