"""`zhengping serve`, `audit` and `certificate`: words on the command line -> the site."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from zhengping.cli import shown
from zhengping.cli.values import positive
from zhengping.cli.words import _, language


def commands(add: Callable[..., ArgumentParser]) -> None:
    """The commands of the site."""
    serve = add("serve", help=_("启动网站"))
    serve.add_argument("--host", default="127.0.0.1", help=_("监听地址（默认只限本机）"))
    serve.add_argument("--port", type=positive, default=8000, help=_("端口"))
    serve.set_defaults(run=run)
    audit = add("audit", help=_("检查网站的留痕"))
    audit.add_argument("what", choices=("verify",), help=_("verify：检查记录链"))
    audit.set_defaults(run=verify)
    edition = add("edition", help=_("把网站的一届导出为一个文件，或导入到另一台机器"))
    edition.add_argument("what", choices=("export", "import"), help=_("export 标识 文件：导出；import 文件：导入"))
    edition.add_argument("words", nargs="+", metavar="…", help=_("届次的网址标识和 .zip 文件"))
    edition.set_defaults(run=transfer)
    certificate = add("certificate", help=_("离线核验证书和名单的电子签名"))
    certificate.add_argument("what", choices=("verify",), help=_("verify：核验"))
    certificate.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_("PDF 文件"))
    certificate.add_argument("--key", type=Path, help=_("签名证书（.pem），默认用本机数据文件夹中的"))
    certificate.set_defaults(run=certificates)


def is_installed() -> bool:
    """Whether the extra `server` is there."""
    return find_spec("django") is not None and find_spec("granian") is not None


def _missing() -> int:
    shown.trouble(_("网站需要另外安装：pip install 'zhengping[server]'。"))
    return 3


def run(args: Namespace) -> int:
    """zhengping serve."""
    if not is_installed():
        return _missing()
    from zhengping.server import __main__ as server

    return server.main(["serve", "--host", args.host, "--port", str(args.port)])


def verify(args: Namespace) -> int:
    """zhengping audit verify: 1 if a row was changed, taken out or put in behind the chain's back, or a kept file is not what it was."""
    if not is_installed():
        return _missing()
    from zhengping.server import __main__ as server

    faults = server.faults()
    sentences = {
        "changed": _("第 {entry} 条记录（{object}）被改动。"),
        "removed": _("第 {entry} 条记录之前有记录被删除或插入。"),
        "end": _("末尾的记录被删除，或记录数与链头不符（现有 {entry} 条）。"),
        "anchor": _("{object} 的每日签名与记录不符。"),
    }
    for fault in faults:
        print(sentences[fault.kind].format(entry=fault.entry, object=fault.object))
    if not faults:
        print(_("记录链完整，没有发现改动。"))
    damaged = server.damaged(language())
    told = {"missing": _("文件“{name}”（{of}，{sha256}）已不在。"), "changed": _("文件“{name}”（{of}，{sha256}）的内容被改动。")}
    for sha256, name, of, kind in damaged:
        print(told[kind].format(name=name, of=of, sha256=sha256))
    if not damaged:
        print(_("留存的文件完整。"))
    return 1 if faults or damaged else 0


def transfer(args: Namespace) -> int:
    """zhengping edition export SLUG FILE.zip, zhengping edition import FILE.zip."""
    if not is_installed():
        return _missing()
    if len(args.words) != (2 if args.what == "export" else 1):
        shown.trouble(_("用法：zhengping edition export 标识 文件.zip，或 zhengping edition import 文件.zip。"))
        return 2
    from zhengping.server import __main__ as server

    path = Path(args.words[-1])
    try:
        if args.what == "export":
            counts = server.export(args.words[0], path)
            print(_("已导出：{rows} 行，{path}。").format(rows=sum(counts.values()), path=path))
        else:
            print(_("已导入届次 {slug}。").format(slug=server.take_in(path)))
    except LookupError as error:
        shown.trouble(_("没有标识为“{slug}”的届次。现有：{known}。").format(slug=args.words[0], known=error))
        return 2
    except (ValueError, OSError) as error:
        shown.trouble(str(error))
        return 2
    return 0


def certificates(args: Namespace) -> int:
    """zhengping certificate verify: 1 if a file is not as this key signed it."""
    if not is_installed():
        return _missing()
    from zhengping.server import __main__ as server

    sentences = {
        "": _("有效：文件与签名时一致。"),
        "unsigned": _("没有签名。"),
        "altered": _("签名后被改动。"),
        "stranger": _("由另一个密钥签名，不是本处签发。"),
        "unreadable": _("文件损坏或不是 PDF。"),
        "missing": _("找不到这个文件。"),
    }
    if args.key and not args.key.is_file():
        shown.trouble(_("找不到签名证书 {path}。").format(path=args.key))
        return 2
    found = [server.verdict(path, args.key) for path in args.files]
    for path, why in zip(args.files, found, strict=True):
        print(f"{path}: {sentences[why]}")
    return 1 if any(found) else 0


def demo(base: Path, port: int) -> int:
    """The site of the demonstration: filled once, then served until Ctrl-C."""
    os.environ.update({"ZHENGPING_DATA": str(base / "site"), "ZHENGPING_DEMO": "1", "ZHENGPING_ADDRESS": f"http://127.0.0.1:{port}"})
    from zhengping.server import __main__ as server

    with shown.Bars(False) as bars:
        people = server.fill(base / "sample", bars.step)
    address = f"http://127.0.0.1:{port}"
    shown.table(
        _("网站"),
        [
            (_("首页"), f"{address}/"),
            (_("报送页面"), f"{address}/c/sample-4/submit/"),
            (_("组织方"), f"{address}/o/sample-4/"),
            (_("省级筛选"), f"{address}/p/sample-4/320000/"),
            (_("评委"), f"{address}/j/sample-4/"),
            (_("评审组长"), f"{address}/j/sample-4/1/chair/"),
            (_("上一届结果"), f"{address}/c/sample-3/results/"),
            (_("上一届综述"), f"{address}/c/sample-3/roundup/"),
            (_("案例库"), f"{address}/library/"),
        ],
    )
    shown.table(_("登录（密码均为 {password}）").format(password=people.password), [(str(role), email) for role, email in people.rows])
    print(_("按 Ctrl-C 停止。"), flush=True)
    return server.main(["serve", "--port", str(port)])
