"""What import-linter cannot see: doors of the steps, calls that ask the clock, chance or the disk, values that could change."""

import ast
import dataclasses
import importlib
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings

from zhengping.engine import record

SOURCE = Path(__file__).parents[1] / "src"
ENGINE = SOURCE / "zhengping/engine"
STEPS = ("adaptive", "assignment", "blinding", "calibration", "coding", "figures", "originality", "proofreading", "reading", "roundup", "scrutiny", "selection")
FILES = sorted((SOURCE / "zhengping").rglob("*.py"))
ON_DISK = ("folder", "workers")
VALUES = [value for value in vars(record).values() if isinstance(value, type) and dataclasses.is_dataclass(value)]
GRAPH = grimp.build_graph("zhengping", cache_dir=None)

# A caller of a step's inner module, with the reason.
INSIDE = {
    ("zhengping.engine.workers.reader", "zhengping.engine.reading.pictures"),  # a worker loads its scanner before the first file
}


def called(tree):
    """The dotted names of all calls, with the number of their arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), len(node.args) + len(node.keywords)


def hidden_inputs(text):
    """Calls whose answer depends on the day, on chance or on the machine, so that the same input would not give the same output."""
    clock = (".now", ".utcnow", ".today")
    chance = ("random.", "np.random.", "numpy.random.", "uuid.", "secrets.")
    machine = "time.time time.monotonic time.localtime time.strftime hash id os.getpid os.urandom os.environ.get os.getenv socket.gethostname".split()
    return sorted(
        name
        for name, arguments in called(ast.parse(text))
        if name.endswith(clock) or name.startswith(chance) or name in machine or (name in ("Random", "random.Random", "default_rng") and not arguments)
    )


def disk_calls(text):
    """Calls that reach the disk without an import that import-linter could see."""
    methods = (".read_bytes", ".write_bytes", ".write_text", ".mkdir", ".unlink", ".rglob", ".iterdir", ".save_to_disk")
    return sorted(name for name, _ in called(ast.parse(text)) if name == "open" or name.endswith(methods))


def dynamic_imports(text):
    """Imports by name at run time, which no contract sees."""
    return sorted(name for name, _ in called(ast.parse(text)) if name in ("__import__", "import_module", "importlib.import_module", "exec", "eval"))


@pytest.mark.parametrize(
    ("find", "text"),
    [
        (hidden_inputs, "x = datetime.now()"),
        (hidden_inputs, "x = date.today().year"),
        (hidden_inputs, "x = np.random.rand(3)"),
        (hidden_inputs, "x = hash('a')"),
        (hidden_inputs, "x = Random()"),
        (disk_calls, "with open('a') as f: pass"),
        (disk_calls, "x = path.read_bytes()"),
        (dynamic_imports, "import_module('zhengping.engine.coding')"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_planted_violation_is_found(find, text):
    assert len(find(text)) == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_nothing_is_imported_by_name(file):
    assert dynamic_imports(file.read_text("utf-8")) == []


@pytest.mark.parametrize("file", sorted(ENGINE.rglob("*.py")), ids=lambda file: str(file.relative_to(ENGINE)))
def test_the_engine_asks_neither_clock_nor_chance(file):
    asked = set(hidden_inputs(file.read_text("utf-8")))

    allowed = {"time.time", "time.monotonic", "time.strftime", "os.getpid"} if file.relative_to(ENGINE).parts[0] in ON_DISK else set()

    assert asked - allowed == set()


@pytest.mark.parametrize("file", sorted((SOURCE / "zhengping/samples").rglob("*.py")), ids=lambda file: file.name)
def test_samples_take_their_chance_from_the_seed(file):
    assert hidden_inputs(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "file", [file for file in sorted(ENGINE.rglob("*.py")) if file.relative_to(ENGINE).parts[0] not in ON_DISK], ids=lambda file: str(file.relative_to(ENGINE))
)
def test_only_folder_and_workers_touch_the_disk(file):
    allowed = {
        "reading/doc.py": {"open", "write_bytes", "read_bytes"},  # the converter works on paths alone
        "tables/__init__.py": {"iterdir"},  # data that lies inside the package
    }

    called = {name.rsplit(".")[-1] for name in disk_calls(file.read_text("utf-8"))}

    assert called - allowed.get(file.relative_to(ENGINE).as_posix(), set()) == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_entered_by_its_door(step):
    own = f"zhengping.engine.{step}"
    inner = {module for module in GRAPH.modules if module.startswith(f"{own}.")}

    callers = {(caller, module) for module in inner for caller in GRAPH.find_modules_that_directly_import(module)}

    assert {pair for pair in callers if not f"{pair[0]}.".startswith(f"{own}.")} - INSIDE == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_private_names_stay_in_their_package(file):
    package = ".".join(file.relative_to(SOURCE).parent.parts)
    imports = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ImportFrom) and node.module]

    foreign = [node for node in imports if node.module.startswith("zhengping") and not f"{node.module}.".startswith(f"{package}.")]

    assert [alias.name for node in foreign for alias in node.names if alias.name.startswith("_") and alias.name.strip("_") and not alias.name.endswith("__")] == []


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_a_value_cannot_be_changed(value):
    kinds = " ".join(str(field.type) for field in dataclasses.fields(value))

    assert value.__dataclass_params__.frozen
    assert "__slots__" in vars(value)
    assert [word for word in ("list[", "dict[", "set[", "bytearray") if word in kinds.replace("frozenset[", "")] == []


def test_record_imports_the_standard_library_alone():
    tree = ast.parse((ENGINE / "record.py").read_text("utf-8"))

    roots = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    roots |= {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert roots <= set(sys.stdlib_module_names)


def test_everything_but_the_extras_is_imported_without_the_extras():
    own = [file for file in FILES if "server" not in file.parts]  # the site is an extra of its own
    modules = sorted(".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__") for file in own)
    absent = ["cv2", "distributed", "dask", "django", "onnxruntime", "rapidocr_onnxruntime", "pytest", "hypothesis"]
    program = f"import importlib, sys; sys.modules.update(dict.fromkeys({absent!r})); [importlib.import_module(m) for m in {modules!r}]"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


# --- the site --------------------------------------------------------------------------------------------------------

STAGES = settings.STAGES
HEIGHT = {stage: height for height, stage in enumerate(STAGES)}
SERVER = SOURCE / "zhengping/server"
PRIVATE = {"urls", "views", "api", "forms", "tasks", "tables", "filters"}


def links():
    """The foreign keys of our own tables to our own tables."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            is_own = model._meta.app_label in HEIGHT and field.is_relation and not field.auto_created
            if is_own and field.related_model._meta.app_label in HEIGHT:
                yield model, field


def test_a_foreign_key_points_down_or_stays():
    wrong = [(model, field) for model, field in links() if HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]]

    assert wrong == []


def test_an_earlier_stage_cannot_look_up():
    across = [(model, field) for model, field in links() if field.related_model._meta.app_label != model._meta.app_label]

    assert [field for _, field in across if not field.remote_field.hidden] == []


@pytest.mark.parametrize("stage", STAGES)
def test_other_apps_use_only_models_records_queries_operations_and_rules(stage):
    own = f"zhengping.server.{stage}."
    inner = {module for module in GRAPH.modules if module.startswith(own) and module.rsplit(".", 1)[-1] in PRIVATE}
    callers = {caller for module in inner for caller in GRAPH.find_modules_that_directly_import(module)}

    assert {caller for caller in callers if not caller.startswith(own)} <= {f"zhengping.server.{name}" for name in ("urls", "__main__", "demo")}


@pytest.mark.parametrize("stage", STAGES)
def test_a_template_includes_only_from_below(stage):
    pattern = re.compile(r"{%\s*(?:include|extends)\s+[\"'](\w+)/")
    used = {name for file in (SERVER / stage).rglob("*.html") for name in pattern.findall(file.read_text("utf-8"))}

    assert {name for name in used if HEIGHT.get(name, 0) > HEIGHT[stage]} == set()


def missing_names(path):
    """Names that a file asks of one of our modules and that are not there: `module.name` where `module` is imported from one place and bound nowhere else in the file."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("zhengping"):
            for alias in node.names:
                imported[alias.asname or alias.name].add(f"{node.module}.{alias.name}")
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)} | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in bound and len(imported.get(node.value.id, ())) == 1:
            module = sys.modules.get(*imported[node.value.id])
            if module and not hasattr(module, node.attr):
                yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.value.id}.{node.attr}"


def test_what_is_asked_of_a_module_is_there():
    for path in FILES:
        if "migrations" not in path.parts and path.name not in ("settings.py", "wsgi.py", "__main__.py"):
            importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"))

    assert [told for path in FILES for told in missing_names(path)] == []
