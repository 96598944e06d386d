"""Writes the files in ``imtui/cli/share/`` anew: ``python -m tests.cli.share``."""

from tests.cli.share.files import made_files

for file, text in made_files().items():
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(file)
