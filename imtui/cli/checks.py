"""What ``imtui serve`` only checks: the settings, or the database."""

from pathlib import Path

from imtui.cli.errors import EXIT_OK, EXIT_USAGE, CommandError, print_notice
from imtui.protocol.safe_text import safe_text
from imtui.server.node.settings.file import SettingsError, SettingsSource


def check_settings(source: SettingsSource) -> int:
    """Check the settings, list all that is wrong, and return the exit status."""
    from imtui.server.edge.tls.certificate import CertificateError, load_certificate
    from imtui.trust import TrustError, trusted

    problems: tuple[str, ...] = ()
    try:
        settings = source.read()
        if settings.certificate_files is not None:
            load_certificate(settings.certificate_files)
        if settings.ca_file is not None:
            trusted(settings.ca_file)
    except SettingsError as error:
        problems = error.problems
    except CertificateError as error:
        problems = (source.placed(f"tls_cert, tls_key: {error}", "tls_cert", "tls_key"),)
    except TrustError as error:
        problems = (source.placed(f"ca_file: {error}", "ca_file"),)
    for problem in problems:
        print_notice(problem)
    if problems:
        return EXIT_USAGE
    file = safe_text(str(source.file))
    if source.file.exists():
        print(f"The settings are right ({file})")
    else:
        print(f"There is no file {file}: options and defaults count, and they are right")
    return EXIT_OK


def check_data(folder: Path) -> int:
    """Check the database in a data folder, and return the exit status; raises CommandError."""
    from imtui.server.node.data_dir import DataDir
    from imtui.server.store.sqlite.checking import check_database
    from imtui.server.store.store import StoreError

    database = DataDir(folder).database
    try:
        findings = check_database(database)
    except StoreError as error:
        raise CommandError(str(error)) from error
    for finding in findings:
        print(finding)
    if findings:
        raise CommandError(f"The database {database} is damaged. Restore it from a backup.")
    print(f"The database {database} is sound")
    return EXIT_OK
