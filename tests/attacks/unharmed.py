"""What has to hold for the others in a short attack, whatever the speed of the machine."""

from tests.attacks.attack import Attack
from tests.attacks.report import LOG_MAX_KIB, Report
from tests.attacks.run import run


def attack_unharmed(attack: Attack) -> Report:
    """Run the short form of an attack, and check that well-behaved clients got what they want."""
    report = run(attack, attack.short)
    others = report.under_attack
    assert report.lost == 0
    assert others.refused == []
    assert others.failed_logins == 0
    assert others.heartbeats
    assert report.log <= LOG_MAX_KIB
    return report


def codes(report: Report) -> set[int]:
    """Return the codes with which the attackers were answered; 0 is success."""
    names = (name.split() for name in report.counts)
    return {int(words[1]) for words in names if words[0] == "code"}
