"""A backup, restored elsewhere, is the same row by row and byte by byte."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import psycopg
import pytest

from tests.backup.conftest import Run
from tests.backup.filled import Site, everything, fill, store
from tests.backup.room import without_room
from tests.command_line import assert_one_clear_sentence
from wakti_sb.stack import Endpoint


@pytest.mark.slow
def test_a_restored_backup_is_equal(clean: Endpoint, target: Endpoint, run: Run) -> None:
    fill(clean, name="one")
    fill(clean, name="two")
    assert all(everything(clean).values()), "a table without a row proves nothing"
    done = run(clean, "backup", "--output", "all.zip")
    assert done.returncode == 0, done.stderr
    done = run(target, "restore", "all.zip", "--yes")
    assert done.returncode == 0, done.stderr
    assert everything(target) == everything(clean)


@pytest.mark.slow
def test_one_project_alone_is_restored_beside_others(
    clean: Endpoint, target: Endpoint, run: Run
) -> None:
    site, other = fill(clean, name="one"), fill(clean, name="two")
    resident = fill(target, name="resident")
    before = everything(target)
    done = run(clean, "backup", "--site", site.project, "--output", "one.zip")
    assert done.returncode == 0, done.stderr
    done = run(target, "restore", "one.zip", "--yes")
    assert done.returncode == 0, done.stderr
    after, source = everything(target), everything(clean)
    for table, rows in after.items():
        added = sorted(set(rows) - set(before[table]))
        assert added == sorted(row for row in source[table] if _of(row, site.project, site.owner))
        assert set(before[table]) <= set(rows)
        assert not any(other.project in row for row in rows)
    assert any(resident.project in row for row in after["public.projects"])
    done = run(target, "restore", "one.zip", "--yes")
    assert_one_clear_sentence(done)
    assert "the target holds this project already" in done.stderr


@pytest.mark.slow
def test_a_project_with_other_migrations_gets_nothing(
    clean: Endpoint, target: Endpoint, run: Run
) -> None:
    fill(clean, name="one")
    assert run(clean, "backup", "--output", "all.zip").returncode == 0
    newer = "insert into supabase_migrations.schema_migrations (version) values ('20990101000000')"
    with psycopg.connect(target.database) as connection:
        connection.execute(newer)
    before = everything(target)
    done = run(target, "restore", "all.zip", "--yes")
    assert_one_clear_sentence(done)
    assert "the target has other migrations than the backup: 0 are missing there, 1 are" in (
        done.stderr
    )
    assert everything(target) == before


def _of(row: str, project: str, owner: str) -> bool:
    return project in row or owner in row


@pytest.mark.slow
def test_a_restore_into_a_project_that_holds_rows_is_refused(
    clean: Endpoint, target: Endpoint, run: Run
) -> None:
    fill(clean, name="one")
    fill(target, name="resident")
    before = everything(target)
    assert run(clean, "backup", "--output", "all.zip").returncode == 0
    done = run(target, "restore", "all.zip", "--yes")
    assert_one_clear_sentence(done)
    assert "the target holds rows in public.projects already" in done.stderr
    assert everything(target) == before


@pytest.mark.parametrize(
    "fault",
    [
        "cut",
        "outside",
        *(
            pytest.param(one, marks=pytest.mark.slow)
            for one in ("changed", "another format", "no archive")
        ),
    ],
)
def test_a_damaged_backup_changes_nothing(
    clean: Endpoint, target: Endpoint, run: Run, tmp_path: Path, fault: str
) -> None:
    fill(clean, name="one")
    assert run(clean, "backup", "--output", "all.zip").returncode == 0
    spoil(tmp_path / "all.zip", fault)
    before = everything(target)
    done = run(target, "restore", "all.zip", "--yes")
    assert_one_clear_sentence(done)
    assert "Nothing was restored" in done.stderr or "format" in done.stderr
    assert everything(target) == before


def spoil(file: Path, fault: str) -> None:
    """Cut the file, or put another content into it."""
    if fault == "cut":
        file.write_bytes(file.read_bytes()[:-2000])
        return
    if fault == "no archive":
        file.write_text("hello")
        return
    with zipfile.ZipFile(file) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(members["manifest.json"])
    if fault == "changed":
        members["rows/public.projects"] = members["rows/public.projects"].replace(b"n", b"m")
    elif fault == "outside":
        name = "objects/project-uploads/../../etc/passwd"
        members[name] = b""
        manifest["members"][name] = {"bytes": 0, "sha256": "", "type": None}
    else:
        manifest["format"] = 99
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)


@pytest.mark.slow
def test_a_full_disk_leaves_no_backup(clean: Endpoint, run: Run, tmp_path: Path) -> None:
    fill(clean, name="one")
    done = run(clean, "backup", "--output", "all.zip", program=without_room)
    assert_one_clear_sentence(done)
    assert "there is no room for it: no backup was made" in done.stderr
    assert not list(tmp_path.glob("all.zip*"))
    site = fill(clean, name="two")
    done = run(clean, "export", "--site", site.project, "--output", "mine", program=without_room)
    assert_one_clear_sentence(done)
    assert "the export cannot be written" in done.stderr
    assert not list(tmp_path.glob("mine*"))
    done = run(clean, "backup", "--output", "no/such/folder/all.zip")
    assert_one_clear_sentence(done)
    assert "cannot be written" in done.stderr


@pytest.mark.slow
def test_an_export_is_for_readers(clean: Endpoint, run: Run, tmp_path: Path) -> None:
    site, other = fill(clean, name="one"), fill(clean, name="two")
    done = run(clean, "export", "--site", site.project, "--output", "mine")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "mine"
    submissions = json.loads((folder / "project_form_submissions.json").read_text())
    assert {row["project_id"] for row in submissions} == {site.project}
    sheet = (folder / "project_form_submissions.csv").read_text("utf-8-sig")
    assert "line\\nline" in sheet
    users = (folder / "project_site_users.csv").read_text("utf-8-sig")
    assert site.visitor in users
    everything_written = [file for file in folder.rglob("*") if file.is_file()]
    # The hash itself; what it was made with is no secret.
    assert not any(b"A" * 43 in file.read_bytes() for file in everything_written)
    assert not any("site_credentials" in file.name for file in everything_written)
    assert not any(b"pbkdf2_sha256$" in file.read_bytes() for file in everything_written)
    assert not any(other.project.encode() in file.read_bytes() for file in everything_written)
    logo = folder / "files" / "project-uploads" / site.project / "logo.png"
    assert logo.read_bytes().startswith(b"\x89PNG")
    done = run(clean, "export", "--site", site.project, "--output", "mine")
    assert_one_clear_sentence(done)


@pytest.mark.slow
def test_a_project_is_erased_and_its_neighbour_is_not(clean: Endpoint, run: Run) -> None:
    site, other = fill(clean, name="one"), fill(clean, name="two")
    before = everything(clean)
    done = run(clean, "erase", "--site", site.project, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert everything(clean) == before
    done = run(clean, "erase", "--site", site.project)
    assert_one_clear_sentence(done)
    assert everything(clean) == before
    done = run(clean, "erase", "--site", site.project, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    report = {line["what"]: line for line in json.loads(done.stdout)}
    assert report["files"]["gone"] == 2
    assert report["public.project_form_submissions"]["gone"] == 2
    assert report["public.projects"]["stays"] == 1
    assert "product" in report["public.projects"]["why"]
    after = everything(clean)
    for table, rows in after.items():
        left = [row for row in rows if site.project in row]
        assert bool(left) == (table == "public.projects"), table
        mine = [row for row in before[table] if other.project in row]
        assert [row for row in rows if other.project in row] == mine


@pytest.mark.slow
def test_a_visitor_is_erased_everywhere_or_in_one_project(clean: Endpoint, run: Run) -> None:
    site = fill(clean, name="one")
    fill(clean, name="two")
    attach(clean, site, "cv.pdf", minutes=0)
    attach(clean, site, "logo.png", minutes=5)  # it only names a file that was there before
    address = site.visitor.upper()
    done = run(clean, "erase", "--visitor", address, "--dry-run", "--json")
    told = {line["what"]: line for line in json.loads(done.stdout)}
    done = run(clean, "erase", "--visitor", address, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    report = {line["what"]: line for line in json.loads(done.stdout)}
    assert report == told
    assert report["accounts"]["gone"] == 1
    assert report["answers kept for repetitions"]["gone"] == 1
    assert report["items that the visitor made"]["gone"] == 1
    assert report["submissions with the address"]["gone"] == 3
    assert report["files of submissions with the address"]["gone"] == 1
    assert report["items that mention the address"]["stays"] == 1
    left = everything(clean)
    mentions = {
        table for table, rows in left.items() for row in rows if site.visitor.lower() in row.lower()
    }
    assert mentions == {"public.project_collections"}
    assert len(left["public.project_site_users"]) == 1
    assert not [row for row in left["public.project_uploads"] if "cv.pdf" in row]
    files = [one.partition(" ")[0].rpartition("/")[2] for one in left["files"]]
    assert files.count("logo.png") == 2
    assert "cv.pdf" not in files


def attach(endpoint: Endpoint, site: Site, name: str, *, minutes: int) -> None:
    """A submission of the visitor that names a file, which was stored so many minutes before."""
    path = f"{site.project}/{name}"
    data = {"email": site.visitor, "cv": {"filename": name, "path": path}}
    superuser = endpoint.database.replace("postgres:postgres@", "supabase_admin:postgres@")
    with psycopg.connect(superuser) as connection:
        if minutes == 0:
            store(endpoint, path, b"%PDF-1.7 hello", "application/pdf")
            connection.execute(
                "insert into public.project_uploads (project_id, user_id, filename, storage_path,"
                " size_bytes, file_type, status) values (%s, %s, %s, %s, 14, 'application/pdf',"
                " 'stored')",
                [site.project, site.owner, name, path],
            )
        connection.execute(
            "update public.project_uploads set uploaded_at = now() - make_interval(mins => %s)"
            " where storage_path = %s",
            [minutes, path],
        )
        connection.execute(
            "insert into public.project_form_submissions (project_id, user_id, form_name, data)"
            " values (%s, %s, 'jobs', %s)",
            [site.project, site.owner, json.dumps(data)],
        )
