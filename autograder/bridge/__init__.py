"""Between nbgrader and the grader: what `nbgrader` autogrades, reports and exports with.

`config.configure` says which part stands where. A submission passes, in this order:

1. `exporter`: the notebook is read, however broken it is (`scanning` counts what is in it before
   `reading` parses it; `bounds` has every bound);
2. `scores.ForgetScores`: what an earlier run knew is forgotten, so that a failure never looks
   like the old mark; marks by hand are kept with what they were given for (`marked`, `answers`);
3. `outputs`, `restore`: the student's outputs are kept within bounds, and the gradebook's cells
   stand as they were released;
4. `scores.GradeStages`: the grader's reports are written below the check cells;
5. `scores.SaveVerdicts`: the reports' points go into the gradebook, and marks by hand stay
   where their answers do;
6. `markup`: nothing a student wrote can act in the browser of the person who reads it (`cleaning`
   does it for HTML), and every picture is there or named (`pasted`).

`run` does the same for a whole class: `survey` looks first at whose files have changed and at what
nbgrader passes over (no notebook, a renamed one); `remarks` names every problem at the end.
`feedback` writes the students' pages (`page`, `formulas`), `marks` the table.
"""
