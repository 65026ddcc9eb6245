"""The roster's file: written by hand in any spreadsheet, read whole or refused with the place."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from rosters import roster_of, write_roster

from autograder.roster.naming import (
    Likeness,
    is_blind,
    likeness,
    natural,
    squeezed,
    student_id,
    trouble_with_key,
)
from autograder.roster.people import BASIC, Person, Roster, load_roster
from autograder.roster.tables import RosterError

TEXT = "key,name,email\njdoe,Jane Doe,j@u.example\nmueller,Jörg Müller,m@u.example\n"


@pytest.mark.parametrize(
    "written",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode("utf-8-sig"),
        ("sep=;\r\n" + TEXT.replace(",", ";").replace("\n", "\r\n")).encode("utf-8-sig"),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("\n", "\n\n,,\n").encode(),
        TEXT.replace(",", " , ").encode(),
        TEXT.replace("jdoe,Jane Doe", '"jdoe","Jane  Doe"').encode(),
        unicodedata.normalize("NFD", TEXT).encode(),
        TEXT.replace("key,name,email", "KEY,Name,E-Mail").encode(),
    ],
    ids=[
        "plain", "bom", "utf-16", "windows-1252", "crlf", "cr", "semicolon", "sep", "tab",
        "blank lines", "blanks", "quotes", "nfd", "headings",
    ],
)  # fmt: skip
def test_every_spreadsheets_form_is_read(tmp_path: Path, written: bytes) -> None:
    write_roster(tmp_path, written)
    found = [(p.key, p.name, p.email) for p in roster_of(tmp_path).people]
    assert found == [
        ("jdoe", "Jane Doe", "j@u.example"),
        ("mueller", "Jörg Müller", "m@u.example"),
    ]


def test_windows_1252_is_said(tmp_path: Path) -> None:
    write_roster(tmp_path, TEXT.encode("cp1252"))
    assert "line 3" in roster_of(tmp_path).note


def test_no_roster_is_none(tmp_path: Path) -> None:
    assert load_roster(tmp_path) is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (b"", ["empty"]),
        (b"name,email\nJane,j@u\n", ["line 1", 'no column "key"', '"name"', "roster import"]),
        (b"key,key\na,b\n", ["line 1", 'two columns are named "key"']),
        (b"key,name\njdoe,A\n\nJDoe,B\n", ["line 4", '"JDoe"', "line 2", "Two people"]),
        ("key\nJosé\nJose\u0301\n".encode(), ["line 3", "line 2"]),
        (b"key,name\n../x,A B\n", ["line 2", 'column "key"', '"../x"', "A-B"]),
        (b"key\n.hidden\n", ["line 2", "begins with"]),
        (b"key\n-rf\n", ["line 2", "begins with"]),
        (b"key,name\n,Jane Doe\n", ["line 2", "empty", "Jane-Doe"]),
        (b"key\na b\n", ["line 2", '" "']),
        (b"key\na+b\n", ["line 2", '"+"']),
        (b"key\n" + b"a" * 300 + b"\n", ["line 2", "100 letters"]),
        (b"key,name\njdoe,Doe, Jane\n", ["line 2", "3 values", "quotation marks"]),
        (b'key,name\njdoe,"Doe\nx,y\n', ["line 2", "quotation mark"]),
        (b"key\nj\0doe\n", ["line 2", "NUL"]),
        (b"PK\x03\x04rest", ["workbook", "CSV"]),
        (b"key\n\x81\x8d\xff\n", ["line 2", "UTF-8"]),
        (b"key\n\x1b[31m\n", ["line 2", '"["']),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, written: bytes, words: list[str]
) -> None:
    write_roster(tmp_path, written)
    with pytest.raises(RosterError) as raised:
        load_roster(tmp_path)
    for word in ["roster.csv", *words]:
        assert word in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    write_roster(tmp_path, "key\na b\nfine\nc d\n")
    with pytest.raises(RosterError) as raised:
        load_roster(tmp_path)
    assert "line 2" in str(raised.value)
    assert "line 4" in str(raised.value)


@pytest.mark.parametrize("key", ["山田-太郎", "नमस्ते", "Ødegård", "o_1.x", "1001", "_a"])
def test_keys_of_any_script(tmp_path: Path, key: str) -> None:
    write_roster(tmp_path, f"key\n{key}\n")
    assert roster_of(tmp_path).people[0].key == unicodedata.normalize("NFC", key)


def test_saving_keeps_columns_and_order(tmp_path: Path) -> None:
    text = "tutor;key;;name;notes;notes\n Bo ;jdoe;x;Jane Doe;a;b\n;xu;;Xu Li;;\n"
    path = write_roster(tmp_path, text)
    roster = roster_of(tmp_path)
    roster.save()
    assert path.read_bytes() == b"\xef\xbb\xbf" + text.encode()
    people = [roster.people[0].having({"moodle:vit-cifar10": "7"}), *roster.people[1:]]
    roster.with_people([*people, Person("new", {"email": "n@u.example"})]).save()
    assert path.read_text("utf-8-sig").splitlines() == [
        "tutor;key;;name;notes;notes;email;moodle:vit-cifar10",
        " Bo ;jdoe;x;Jane Doe;a;b;;7",
        ";xu;;Xu Li;;;;",
        ";new;;;;;n@u.example;",
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_roster_begins_with_the_known_columns(tmp_path: Path) -> None:
    Roster(tmp_path / "roster.csv").with_people([Person("a", {"name": "Doe, Jane"})]).save()
    assert (tmp_path / "roster.csv").read_text("utf-8-sig").splitlines() == [
        ",".join(BASIC),
        'a,"Doe, Jane",,,',
    ]


def test_first_and_last_name_columns_serve_as_name(tmp_path: Path) -> None:
    write_roster(tmp_path, "key,first_name,last_name\njdoe,Jane,van Doe\n")
    assert natural(roster_of(tmp_path).people[0].name) == "Jane van Doe"


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Jane Doe", "jane  DOE", Likeness.EQUAL),
        ("Doe, Jane", "Jane Doe", Likeness.EQUAL),
        ("Jörg Müller", unicodedata.normalize("NFD", "Jörg Müller"), Likeness.EQUAL),
        ("Weiß Max", "WEISS Max", Likeness.EQUAL),
        ("Doe Jane", "Jane Doe", Likeness.ALIKE),
        ("Jorg Muller", "Jörg Müller", Likeness.ALIKE),
        ("Nguyễn Văn An", "Van An Nguyen", Likeness.ALIKE),
        ("Anne-Marie O'Neill", "Anne Marie O’Neill", Likeness.ALIKE),
        ("doejane", "Jane Doe", Likeness.ALIKE),
        ("Jane Marie Doe", "Jane Doe", Likeness.PART),
        ("Jane Doe", "Jane Smith", Likeness.NONE),
        ("Jane", "Jane Doe", Likeness.NONE),
        ("", "", Likeness.NONE),
        ("山田 太郎", "太郎 山田", Likeness.ALIKE),
        ("山田太郎", "山田次郎", Likeness.NONE),
        ("Марія Коваль", "Коваль, Марія", Likeness.EQUAL),
    ],
)
def test_how_like_names_are(one: str, other: str, like: Likeness) -> None:
    assert likeness(one, other) is like
    assert likeness(other, one) is like


def test_names_that_hide_people() -> None:
    assert all(map(is_blind, ("Participant", "Teilnehmer/in", "Participante", "participant")))
    assert not any(map(is_blind, ("Jane Participant", "Parti Cipant-Doe", "")))


def test_canvas_squeezes_whatever_is_last() -> None:
    assert "vandoejane" in squeezed("Jane van Doe")
    assert "doejanevan" in squeezed("van Doe, Jane") | squeezed("Jane van Doe")
    assert student_id("Jane Doe", "7") == "Jane-Doe_7"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("नेहा शर्मा", "नेहा-शर्मा"),
        ("ทดสอบ นามสกุล", "ทดสอบ-นามสกุล"),
        ("மீனா குமார்", "மீனா-குமார்"),
        ("שָׂרָה לֵוִי", "שָׂרָה-לֵוִי"),
        ("X\u0302 Doe", "X\u0302-Doe"),
        # Without such marks keys are as they were.
        ("李伟", "李伟"),
        ("Zoe\u0308 O'Neil, Jr.", "Zoë-O-Neil-Jr"),
        ("_a - b. c_", "a---b.-c"),
        ("\u2764\ufe0f Jane \u0301\u2764\ufe0f", "Jane"),
        ("!?", "student"),
    ],
)
def test_a_key_keeps_letters_with_their_marks(name: str, key: str) -> None:
    assert student_id(name) == unicodedata.normalize("NFC", key)
    assert student_id(name, "7") == f"{student_id(name)}_7"
    assert trouble_with_key(student_id(name)) == ""


def test_names_that_differ_in_vowel_signs_are_two_people() -> None:
    one, other = "नेहा", "नाही"
    assert student_id(one) != student_id(other)
    assert likeness(one, other) is Likeness.NONE
    assert likeness(f"{one} शर्मा", f"शर्मा {one}") is Likeness.ALIKE
    assert likeness("Zoë Müller", "Zoe Muller") is Likeness.ALIKE
