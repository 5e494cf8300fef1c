"""What the package was built with for scripts."""

from harness.scripting.bundle import BUNDLE, library, machine


def with_library(folder, name, *, cache=None, system=None):
    (folder / "chunks").mkdir()
    (folder / "chunks" / f"{name}.js").write_bytes(b"text")
    if cache is not None:
        caches = folder / "caches" / (system or machine())
        caches.mkdir(parents=True)
        (caches / f"{name}.cache").write_bytes(cache)
    return folder


def test_a_library_comes_with_its_code_cache(tmp_path):
    assert library("a-b", bundle=with_library(tmp_path, "a-b", cache=b"cache")) == (b"text", b"cache")


def test_a_library_without_a_code_cache_is_its_text(tmp_path):
    assert library("a", bundle=with_library(tmp_path, "a")) == (b"text", b"")


def test_a_code_cache_of_another_system_is_left_alone(tmp_path):
    folder = with_library(tmp_path, "a", cache=b"cache", system="plan9-vax")
    assert library("a", bundle=folder) == (b"text", b"")


def test_a_library_is_looked_for_by_a_plain_name_alone(tmp_path):
    bundle = with_library(tmp_path, "a")
    assert library("b", bundle=bundle) is None
    assert library("../chunks/a", bundle=bundle) is None


def test_each_library_is_a_function_of_what_the_loader_gives():
    chunks = sorted((BUNDLE / "chunks").glob("*.js"))
    assert chunks
    start = b"(function(module,exports,require,Buffer,process,global,setTimeout,console){"
    assert [path.name for path in chunks if not path.read_bytes().startswith(start)] == []
