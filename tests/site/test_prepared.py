from tests.prepared import CODE, fingerprint


def test_a_kept_database_serves_only_the_code_that_made_it(tmp_path):
    for app in CODE:
        (tmp_path / app / "migrations").mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text("django==5.2")
    migration = tmp_path / "treatments" / "migrations" / "0001_initial.py"
    found = {fingerprint(tmp_path)}
    for text in ("a = 1", "a = 2", "a = 3\n"):
        migration.write_text(text)
        found.add(fingerprint(tmp_path))
    found.add(fingerprint(migration.rename(migration.with_name("0001_begin.py")).parents[2]))
    (tmp_path / "requirements.txt").write_text("django==6.0")

    assert len(found | {fingerprint(tmp_path)}) == 6
