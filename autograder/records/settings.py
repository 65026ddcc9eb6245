"""A course's settings as nbgrader reads them: gradebook, course id, folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets.config import Config
from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

LOADERS = {"nbgrader_config.json": JSONFileConfigLoader, "nbgrader_config.py": PyFileConfigLoader}


@dataclass(frozen=True)
class CourseSettings:
    """Where a course keeps what.

    Attributes:
        root: the course's folder.
        db_url: the gradebook, as SQLAlchemy names it.
        course_id: the course's name in the gradebook; may be empty.
        source: the folder of the assignments' notebooks.
        release: the folder of what students get.
        submitted: the folder of what students hand in.
        autograded: the folder of the graded copies.
        feedback: the folder of the pages for students.
    """

    root: Path
    db_url: str
    course_id: str
    source: Path
    release: Path
    submitted: Path
    autograded: Path
    feedback: Path

    @property
    def gradebook_file(self) -> Path | None:
        """The gradebook's file; None where it is a database server."""
        url = make_url(self.db_url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        return Path(str(url.database)) if is_file else None

    def gradebook(self) -> Gradebook:
        """The gradebook; use it in a `with`."""
        if self.course_id:
            return Gradebook(self.db_url, self.course_id)
        return Gradebook(self.db_url)


def nbgrader_config(root: Path) -> Config:
    """What the files say that nbgrader reads for a course, in its order."""
    config = Config()
    for folder in (*reversed(jupyter_config_path()), str(root)):
        for name, loader in LOADERS.items():
            if Path(folder, name).is_file():
                config.merge(loader(name, path=folder).load_config())
    return config


def course_settings(root: Path) -> CourseSettings:
    """The settings of the course in a folder, from the files that nbgrader reads, in its order.

    Args:
        root: the course's folder, with `nbgrader_config.py`.
    """
    root = root.resolve()
    config = nbgrader_config(root)
    # nbgrader takes the folder it runs in for the course's, whatever the file says elsewhere.
    directory = CourseDirectory(config=config, root=str(root))
    return CourseSettings(
        root,
        _from(root, directory.db_url),
        directory.course_id,
        source=root / directory.source_directory,
        release=root / directory.release_directory,
        submitted=root / directory.submitted_directory,
        autograded=root / directory.autograded_directory,
        feedback=root / directory.feedback_directory,
    )


def _from(root: Path, db_url: str) -> str:
    """The URL of a gradebook for whoever runs elsewhere: nbgrader runs in the course's folder."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return db_url
    return url.set(database=str(root / url.database)).render_as_string(hide_password=False)
