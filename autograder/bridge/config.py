"""nbgrader's settings for the course: two lines of configuration for any folder.

The course's root is the folder in which nbgrader runs, so the same `nbgrader_config.py` serves
a copy of the course elsewhere.
"""

import warnings
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from sqlalchemy.engine import URL, make_url
from traitlets.config import Config

from autograder.checking.assignments import ASSIGNMENTS

COURSE_ID = "vit-course"
SOURCE_DIRECTORY = "notebooks"
TEMPLATES = Path(__file__).with_name("templates")


def configure(c: Config, file: str | None = None) -> None:
    """Set everything the course asks of nbgrader.

    Preprocessors are given by name, not as classes, because formgrader shows the configuration
    as JSON; they are imported when they are used.

    Args:
        c: nbgrader's configuration, as `get_config()` gives it.
        file: the `nbgrader_config.py` that calls this; without it, the one in this folder.
    """
    # nbgrader makes SQLAlchemy say this of every new submission; it is without consequence.
    warnings.filterwarnings("ignore", message="Object of type <Submitted")

    c.CourseDirectory.course_id = COURSE_ID
    c.CourseDirectory.source_directory = SOURCE_DIRECTORY
    root = Path(file).resolve().parent if file else Path.cwd()
    # nbgrader's own default reads a percent sign in the folder's name as an escape.
    if make_url(f"sqlite:///{root}/gradebook.db").database != f"{root}/gradebook.db":
        url = URL.create("sqlite", database=f"{root}/gradebook.db")
        c.CourseDirectory.db_url = url.render_as_string(hide_password=False)

    stock = GenerateAssignment().preprocessors
    c.GenerateAssignment.preprocessors = [
        *(f"{preprocessor.__module__}.{preprocessor.__name__}" for preprocessor in stock),
        "autograder.release.gate.ReleaseGate",
    ]

    c.ClearSolutions.text_stub = (
        "*Write your answer here; a few sentences are enough. Say which section, figure or table "
        "of the paper you rest on.*"
    )

    c.Autograde.exporter_class = "autograder.bridge.exporter.SubmissionExporter"
    c.Autograde.exclude_overwriting = {
        name: [*assignment.files, *assignment.weights] for name, assignment in ASSIGNMENTS.items()
    }
    c.Autograde.sanitize_preprocessors = [
        "autograder.bridge.scores.ForgetScores",
        "autograder.bridge.outputs.CapOutputs",
        "autograder.bridge.restore.RestoreCells",
        "autograder.bridge.marked.ExpectAnswers",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "autograder.bridge.scores.GradeStages",
        "autograder.bridge.scores.SaveVerdicts",
        "nbgrader.preprocessors.AssignLatePenalties",
        "autograder.bridge.graded.KeepGraded",
        "autograder.bridge.markup.SanitizeSubmission",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]

    c.GenerateFeedback.exporter_class = "autograder.bridge.page.FeedbackExporter"
    # nbgrader sets HTMLExporter's; the exporter's own section counts for more.
    c.FeedbackExporter.template_name = "course"
    c.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]
    c.GenerateFeedback.preprocessors = [
        "autograder.bridge.page.ShowMarks",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    c.ExportApp.plugin_class = "autograder.bridge.marks.MarksCsv"
