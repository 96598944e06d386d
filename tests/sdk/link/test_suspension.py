from imtui.sdk.link.suspension import SuspensionDetector


def test_time_that_passes_evenly_is_no_suspension() -> None:
    detector = SuspensionDetector(100.0, 5000.0)
    assert not any(detector.tick(100.0 + n, 5000.0 + n) for n in range(1, 1000))


def test_a_shut_lid_lets_only_the_wall_clock_go_on() -> None:
    detector = SuspensionDetector(100.0, 5000.0)
    assert not detector.tick(101.0, 5005.9)
    assert detector.tick(102.0, 5011.9)
    assert not detector.tick(103.0, 5012.9)


def test_a_stopped_process_reads_the_clocks_late() -> None:
    detector = SuspensionDetector(100.0, 5000.0)
    assert not detector.tick(106.9, 5006.9)
    assert detector.tick(113.9, 5013.9)


def test_a_wall_clock_set_back_counts_too() -> None:
    assert SuspensionDetector(100.0, 5000.0).tick(101.0, 4000.0)


def test_slow_drift_never_adds_up() -> None:
    detector = SuspensionDetector(0.0, 0.0)
    assert not any(detector.tick(n * 1.0, n * 1.01) for n in range(1, 5000))
