"""The plug is pulled at random moments under load: nothing promised is lost, nothing is half done."""

from house import House, vnh
from kill import prepare, run


def test_every_promise_outlives_the_kills(request, copy):
    house = House(f"sqlite:{copy}").start()
    try:
        report = run(house, request.config.getoption("--kills"), prepare(house))
        assert report["orders"] > 5 * report["kills"] and report["swipes"] > report["kills"] // 5, report
        house.stop()
    finally:
        if house.process:
            house.kill()
    findings = vnh("doctor", "--database", house.url).stdout
    assert "异常" not in findings and findings.count("正常") >= 8, findings
    print(report)
