"""formgrader in a real browser, on the graded demo class: reading, and entering a mark by hand."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_course import Demo, environment
from nbgrader.api import Gradebook

from autograder.bridge.config import COURSE_ID
from autograder.checking.assignments import HOMEWORK
from autograder.demo.course import remarks
from autograder.demo.roster import CLASS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which("chromedriver") is None,
        reason="needs Debian's chromium and chromium-driver, which .ci/run installs",
    ),
]
IDS = dict(zip((student.name for student in CLASS), remarks(), strict=True))
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --window-size=1300,1600"
)


@pytest.fixture(scope="module")
def course(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("formgrader") / "course"
    shutil.copytree(demo.root, root)
    return root


@pytest.fixture(scope="module")
def server(course: Path) -> Iterator[str]:
    """The address of a Jupyter server in the course's folder."""
    log = course / "server.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [
                *("jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.port=0"),
                *("--IdentityProvider.token=test", "--ServerApp.disable_check_xsrf=True"),
            ],
            cwd=course,
            env=environment(),
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    for _ in range(240):
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", log.read_text()):
            break
        time.sleep(0.5)
    else:
        raise AssertionError(log.read_text())
    yield found[0]
    process.terminate()
    process.wait(30)


PATIENCE = 30  # seconds until something is on the page


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for option in OPTIONS.split():
        options.add_argument(option)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.binary_location = shutil.which("chromium") or ""
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    driver.implicitly_wait(PATIENCE)
    yield driver
    driver.quit()


def notebook_id(course: Path, student: str) -> str:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", COURSE_ID) as gradebook:
        return gradebook.find_submission_notebook(HOMEWORK.name, HOMEWORK.name, IDS[student]).id


def test_marks_comments_and_answers_are_there_and_a_mark_can_be_entered(
    course: Path, server: str, browser
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{server}formgrader?token=test")
    assert browser.find_element(By.LINK_TEXT, HOMEWORK.name)

    browser.get(f"{server}formgrader/submissions/{notebook_id(course, 'Goro Ito')}/")
    page = browser.find_element(By.TAG_NAME, "body").text
    assert "stage attention" in page
    assert "failed" in page
    assert "Convolutions look at small neighbourhoods" in page
    assert browser.find_elements(By.CSS_SELECTOR, "textarea.comment")

    empty = browser.find_element(By.ID, "questions-cnn-bias")
    assert not empty.get_attribute("value")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", empty)
    empty.send_keys("2", Keys.TAB)
    for _ in range(60):
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}", COURSE_ID) as gradebook:
            notebook = gradebook.find_submission_notebook(
                HOMEWORK.name, HOMEWORK.name, IDS["Goro Ito"]
            )
            entered = [grade.manual_score for grade in notebook.grades if grade.manual_score]
        if entered:
            break
        time.sleep(0.5)
    browser.save_screenshot(str(course / "formgrader.png"))
    assert entered == [2]


def test_script_in_a_submission_does_not_act(course: Path, server: str, browser) -> None:
    from selenium.webdriver.common.by import By

    browser.get(f"{server}formgrader?token=test")
    browser.get(f"{server}formgrader/submissions/{notebook_id(course, 'Rosa Silva')}/")
    assert "stage attention" in browser.find_element(By.TAG_NAME, "body").text
    assert browser.title != "marked by the student"
    browser.implicitly_wait(0)  # the page is there: what is not in it now never comes
    for bad in ("img[onerror]", "a[href^='javascript:alert']"):
        assert not browser.find_elements(By.CSS_SELECTOR, f"#notebook-container {bad}")
    browser.implicitly_wait(PATIENCE)
