"""Lists of learning platforms in the roster: joined by ids, proposed by name, said in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from rosters import (
    CANVAS,
    HOMEWORK,
    LAB,
    MOODLE,
    WORKSHEET,
    canvas,
    handed_in,
    imported,
    kinds,
    known,
    moodle,
    roster_of,
    write_roster,
)
from typer.testing import CliRunner, Result

from autograder.cli.common import Exit
from autograder.cli.main import app
from autograder.roster.importing import Kind
from autograder.roster.naming import natural
from autograder.roster.tables import RosterError


def vitcourse(root: Path, *arguments: str) -> Result:
    (root / "nbgrader_config.py").touch()
    return CliRunner().invoke(app, [*arguments, "--course", str(root)])


def test_canvas_export(tmp_path: Path) -> None:
    merged = imported(tmp_path, CANVAS)
    found = [
        (p.key, p.name, p.value("canvas_id"), p.value("login"), p.value("section"))
        for p in roster_of(tmp_path).people
    ]
    assert found == [
        ("Jane-Doe", "Doe, Jane", "101", "jdoe@uni.example", "CS1"),
        ("Văn-An-Nguyễn", "Nguyễn, Văn An", "102", "vnguyen@uni.example", "CS1 and CS2"),
        ("Jörg-Müller", "Müller, Jörg", "103", "jmueller@uni.example", "CS1"),
    ]
    assert any("test student" in note for note in merged.notes)


def test_two_systems_that_spell_differently(tmp_path: Path) -> None:
    imported(tmp_path, CANVAS)
    merged = imported(tmp_path, MOODLE)
    assert kinds(merged) == {
        "Jane Doe": Kind.CHANGED,
        "Van An Nguyen": Kind.PROPOSED,
        "Jörg Müller": Kind.CHANGED,
        "Anna Ødegård": Kind.NEW,
    }
    assert len(roster_of(tmp_path).people) == 4
    again = imported(tmp_path, MOODLE, confirm=True)
    assert again.open == 0
    people = {natural(p.name): p for p in roster_of(tmp_path).people}
    assert len(people) == 4
    nguyen = people["Văn An Nguyễn"]
    assert (nguyen.value("canvas_id"), nguyen.email) == ("102", "an@home.example")
    assert nguyen.value("group") == "red"
    assert {each.kind for each in imported(tmp_path, MOODLE).changes} == {Kind.SAME}
    assert {each.kind for each in imported(tmp_path, CANVAS).changes} == {Kind.SAME}


@pytest.mark.parametrize(
    "header",
    [
        "First name,Last name,Email address,Groups",
        "Vorname;Nachname;E-Mail-Adresse;Gruppen",
        "Prénom,Nom de famille,Adresse de courriel,Groupes",
        "Nombre,Apellido(s),Dirección de correo,Grupos",
    ],
)
def test_moodles_participants_in_its_languages(tmp_path: Path, header: str) -> None:
    mark = ";" if ";" in header else ","
    imported(tmp_path, header + "\n" + mark.join(["Jane", "van Doe", "j@u.example", "red"]))
    (person,) = roster_of(tmp_path).people
    assert (person.key, person.name) == ("Jane-van-Doe", "van Doe, Jane")
    assert (person.email, person.value("group")) == ("j@u.example", "red")


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("Identifier,Full name,Email address,Status,Grade", "Participant "),
        ("ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung", "Teilnehmer/in"),
        ("Identifiant,Nom complet,Adresse de courriel,Statut,Note", "Participant "),
        ("Identificador,Nombre completo,Dirección de correo,Estado,Calificación", "Participante "),
    ],
)
def test_a_worksheet_gives_numbers_for_one_assignment(
    tmp_path: Path, header: str, word: str
) -> None:
    imported(tmp_path, MOODLE)
    mark = ";" if ";" in header else ","
    row = mark.join([f"{word}1001", "Jane Doe", "jdoe@uni.example", "", ""])
    with pytest.raises(RosterError, match="--assignment NAME"):
        imported(tmp_path, f"{header}\n{row}\n")
    imported(tmp_path, f"{header}\n{row}\n", assignment=LAB)
    jane = roster_of(tmp_path).find("Jane-Doe")
    assert jane is not None
    assert jane.value(f"moodle:{LAB}") == "1001"
    assert known(tmp_path, moodle("Participant", "1001"), LAB) == "Jane-Doe"


def test_a_blind_worksheet_and_other_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="Reveal student identities"):
        imported(tmp_path, "Identifier,Status,Grade\nParticipant 7,,\n", assignment=LAB)
    with pytest.raises(RosterError, match="Known are Canvas's gradebook export"):
        imported(tmp_path, "x,y\n1,2\n")
    with pytest.raises(RosterError, match="leave out --assignment"):
        imported(tmp_path, MOODLE, assignment=LAB)


def test_equal_names_are_never_joined_by_name(tmp_path: Path) -> None:
    two = "Name,Email\nJan Roe,one@u.example\nJan Roe,two@u.example\n"
    imported(tmp_path, two)
    keys = {p.email: p.key for p in roster_of(tmp_path).people}
    assert keys == {"one@u.example": "Jan-Roe_one", "two@u.example": "Jan-Roe_two"}
    merged = imported(tmp_path, 'Student,ID,Section\n"Roe, Jan",5,A\n', confirm=True)
    (change,) = merged.changes
    assert change.kind is Kind.LEFT_OUT
    assert "Jan-Roe_one, Jan-Roe_two" in change.words
    # With the id in hand the rest is one step.
    merged = imported(tmp_path, "key,canvas_id\nJan-Roe_two,5\n")
    assert [each.kind for each in merged.changes] == [Kind.CHANGED]
    merged = imported(tmp_path, 'Student,ID,Section\n"Roe, Jan",5,A\n')
    assert [each.key for each in merged.changes] == ["Jan-Roe_two"]


def test_two_of_a_list_for_one_of_the_roster(tmp_path: Path) -> None:
    write_roster(tmp_path, "key,name\nroe,Jan Roe\n")
    two = "Name,Email\nJan Roe,one@u.example\nJan Roe,two@u.example\n"
    merged = imported(tmp_path, two, confirm=True)
    assert [each.kind for each in merged.changes] == [Kind.LEFT_OUT] * 2
    merged = imported(tmp_path, two, apart=["roe"])
    assert [each.kind for each in merged.changes] == [Kind.NEW] * 2
    write_roster(tmp_path, "key,name,email\nroe,Jan Roe,one@u.example\n")
    merged = imported(tmp_path, two)
    assert [each.kind for each in merged.changes] == [Kind.SAME, Kind.NEW]


def test_renamed_people_and_changed_emails_are_said(tmp_path: Path) -> None:
    imported(tmp_path, CANVAS)
    merged = imported(tmp_path, CANVAS.replace('"Doe, Jane"', '"Smith, Jane"'))
    (change,) = [each for each in merged.changes if each.kind is Kind.CHANGED]
    assert change.key == "Jane-Doe"
    assert "renamed: Doe, Jane -> Smith, Jane" in change.words
    write_roster(tmp_path, "key,name,email,student_number\na,A Bee,old@u.example,77\n")
    merged = imported(tmp_path, "name,email,student_number\nA Bee,new@u.example,77\n")
    assert "email: old@u.example -> new@u.example" in merged.changes[0].words
    assert roster_of(tmp_path).people[0].email == "new@u.example"


def test_ids_that_contradict_are_left_out(tmp_path: Path) -> None:
    write_roster(
        tmp_path, "key,name,email,canvas_id\na,A Bee,a@u.example,1\nb,B Cee,b@u.example,2\n"
    )
    merged = imported(tmp_path, "name,email,canvas_id\nA Bee,a@u.example,2\nB Cee,b@u.example,9\n")
    assert [each.kind for each in merged.changes] == [Kind.LEFT_OUT] * 2
    assert "vitcourse roster merge b a" in merged.changes[0].words
    assert "canvas_id 2 instead of 9" in merged.changes[1].words


def test_one_email_of_two_people_makes_nobody_the_other(tmp_path: Path) -> None:
    write_roster(tmp_path, "key,name,email\na,A Bee,family@u.example\n")
    merged = imported(tmp_path, "name,email\nA Bee,family@u.example\nC Bee,family@u.example\n")
    assert [each.kind for each in merged.changes] == [Kind.LEFT_OUT] * 2
    assert roster_of(tmp_path).people[0].name == "A Bee"


def test_people_who_handed_in_keep_their_keys(tmp_path: Path) -> None:
    handed_in(tmp_path, "Jane-Doe_1001", moodle("Jane Doe", "1001"))
    handed_in(tmp_path, "müllerjörg_103", canvas("müllerjörg", "103"))
    handed_in(tmp_path, "nguyễnvănan_102", None)
    imported(tmp_path, WORKSHEET.replace("Jörg Müller,jm", "Bo Li,bo"), assignment=HOMEWORK)
    imported(tmp_path, CANVAS)
    by_name = {natural(p.name): p.key for p in roster_of(tmp_path).people}
    assert by_name == {
        "Jane Doe": "Jane-Doe_1001",
        "Bo Li": "Bo-Li",
        "Jörg Müller": "müllerjörg_103",
        "Văn An Nguyễn": "nguyễnvănan_102",
    }


def test_a_name_that_handed_in_is_proposed_and_several_keys_are_named(tmp_path: Path) -> None:
    handed_in(tmp_path, "Jane-Doe_1001", None)
    merged = imported(tmp_path, MOODLE, save=False)
    assert kinds(merged)["Jane Doe"] is Kind.PROPOSED
    handed_in(tmp_path, "Jane-Doe_2001", None, LAB)
    merged = imported(tmp_path, MOODLE, confirm=True)
    assert kinds(merged)["Jane Doe"] is Kind.LEFT_OUT
    assert any(
        "vitcourse roster merge Jane-Doe_2001 Jane-Doe_1001" in each.words
        for each in merged.changes
    )


def test_a_roster_made_later_names_the_keys_to_merge(tmp_path: Path) -> None:
    handed_in(tmp_path, "Jane-Doe_1001", moodle("Jane Doe", "1001"))
    write_roster(tmp_path, "key,name,email\njdoe,Jane Doe,jdoe@uni.example\n")
    merged = imported(tmp_path, WORKSHEET, assignment=HOMEWORK)
    assert "vitcourse roster merge Jane-Doe_1001 jdoe" in merged.changes[0].words


def test_the_command_shows_asks_and_keeps_the_old_one(tmp_path: Path) -> None:
    path = write_roster(tmp_path, "key,name,tutor\nJane-Doe,Jane Doe,Bo\n")
    before = path.read_bytes()
    (tmp_path / "moodle.csv").write_text(MOODLE)
    result = vitcourse(tmp_path, "roster", "import", str(tmp_path / "moodle.csv"), "--dry-run")
    assert result.exit_code == Exit.ATTENTION
    assert path.read_bytes() == before
    result = vitcourse(tmp_path, "roster", "import", str(tmp_path / "moodle.csv"))
    assert result.exit_code == Exit.ATTENTION
    for words in ("3 new, 1 to confirm", "--confirm", "--apart KEY", "Jane-Doe (Jane Doe)"):
        assert words in result.output
    (kept,) = tmp_path.glob(".vitcourse/backups/*/roster.csv")
    assert kept.read_bytes() == before
    assert kept.parent.stat().st_mode & 0o077 == 0
    result = vitcourse(tmp_path, "roster", "import", str(tmp_path / "moodle.csv"), "--confirm")
    assert result.exit_code == Exit.FINE, result.output
    jane = roster_of(tmp_path).find("Jane-Doe")
    assert jane is not None
    assert jane.email == "jdoe@uni.example"
    assert path.read_text("utf-8-sig").splitlines()[0].startswith("key,name,tutor")


def test_the_command_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(WORKSHEET)
    result = vitcourse(tmp_path, "roster", "import", str(tmp_path / "x.csv"))
    assert result.exit_code == Exit.REFUSED
    assert "--assignment NAME" in result.output
    result = vitcourse(tmp_path, "roster", "import", str(tmp_path / "x.csv"), "--assignment", "no")
    assert result.exit_code == Exit.USAGE
    assert not (tmp_path / "roster.csv").exists()


def test_names_cannot_steer_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,email\n\x1b[31mEve\u202e Mallory,e@u.example\n")
    result = vitcourse(tmp_path, "roster", "import", str(tmp_path / "x.csv"))
    assert result.exit_code == Exit.FINE, result.output
    shown = vitcourse(tmp_path, "roster", "show").output
    for said in (result.output, shown):
        assert "Mallory" in said
        assert not {"\x1b", "\u202e"} & set(said)


def test_show_lists_everybody(tmp_path: Path) -> None:
    write_roster(tmp_path, 'key,name,email,canvas_id\njdoe,"Doe, Jane",j@u.example,101\n')
    handed_in(tmp_path, "jdoe", None)
    handed_in(tmp_path, "jdoe", None, LAB)
    handed_in(tmp_path, "Bo-Li_7", moodle("Bo Li", "7"))
    output = " ".join(vitcourse(tmp_path, "roster", "show").output.split())
    for words in ("jdoe", "Jane Doe", "canvas_id", HOMEWORK, LAB, "Bo-Li_7", "1 known without it"):
        assert words in output


@pytest.mark.parametrize("command", ["import", "show", "merge", "split"])
def test_every_command_has_an_example(command: str) -> None:
    result = CliRunner().invoke(app, ["roster", command, "--help"])
    assert f": vitcourse roster {command}" in result.output
