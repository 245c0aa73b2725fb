"""`zhengping process`, `figures`, `roundup`, `sample` and `demo`: words on the command line -> the folder layer."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from zhengping.cli import serving, shown
from zhengping.cli.values import path
from zhengping.cli.words import _, language
from zhengping.engine.folder import again
from zhengping.engine.folder.process import Request, Summary, process


def request(args: Namespace, folder: Path, out: Path) -> Request:
    """What `process` is asked to do."""
    return Request(
        folder,
        out,
        path(args.edition),
        tuple(map(Path, args.earlier)),
        tuple(map(Path, args.confirmed)),
        path(args.marks),
        path(args.estimates),
        path(args.awards),
        path(args.corrected),
        args.jobs,
        args.resume,
        args.scheduler or "",
        language(),
        args.length,
    )


def run(args: Namespace) -> int:
    """zhengping process."""
    wanted = request(args, Path(args.folder), Path(args.out))
    started = time.monotonic()
    with shown.Bars(args.quiet or args.json) as bars:
        summary = process(wanted, bars.step)
    seconds = time.monotonic() - started
    if args.json:
        shown.as_json({**asdict(summary), "seconds": round(seconds, 2), "out": str(wanted.out)})
    elif not args.quiet:
        _tell(summary, wanted.out, seconds)
    return 0


def _tell(summary: Summary, out: Path, seconds: float) -> None:
    if not summary.is_new:
        print(_("没有新的来件，结果保持不变。"))
    rows = [
        (_("来件"), str(summary.files)),
        (_("本次读取"), str(summary.read)),
        (_("无法读取"), str(summary.unreadable)),
        (_("案例"), str(summary.cases)),
        (_("已确定所在地"), str(summary.coded)),
        (_("省级单位"), str(summary.provinces)),
        (_("校对与核查问题"), str(summary.findings)),
        (_("疑似重复"), str(summary.matches)),
        (_("人工更正"), str(summary.corrections)),
        (_("用时"), _("{seconds} 秒").format(seconds=f"{seconds:.1f}")),
    ]
    shown.table(_("处理结果"), rows)
    shown.table(_("输出文件"), [(str(out / name), about) for name, about in _outputs().items() if (out / name).exists()])


def _outputs() -> dict[str, str]:
    return {
        "register.xlsx": _("登记表（可直接更正，再次运行即生效）"),
        "register.jsonl": _("登记表（供程序使用）"),
        "roundup.docx": _("来稿综述（Word）"),
        "roundup.html": _("来稿综述（网页，点开可见出处）"),
        "roundup.pdf": _("来稿综述（PDF）"),
        "figures.html": _("统计表、图和省级单位方格图"),
        "figures.json": _("统计（供程序使用，含案例编号）"),
        "findings.jsonl": _("校对与核查问题"),
        "matches.jsonl": _("查重结果"),
        "unreadable.jsonl": _("无法读取的来件及原因"),
        "unreadable": _("无法读取的来件原文"),
        "personal.jsonl": _("个人信息（仅本人可读，请勿外传）"),
        "log.jsonl": _("处理记录"),
    }


def figures(args: Namespace) -> int:
    """zhengping figures."""
    out = Path(args.out) if args.out else _beside(args.register)
    _written(again.figures(_register(args), out, language()), args)
    return 0


def roundup(args: Namespace) -> int:
    """zhengping roundup."""
    out = Path(args.out) if args.out else _beside(args.register)
    must, never = _numbers(args.must), _numbers(args.never)
    _written(again.roundup(_register(args), out, length=args.length, must=must, never=never, style=args.style), args)
    return 0


def verify(args: Namespace) -> int:
    """zhengping verify: 1 if the register does not bear out a claim."""
    claims = again.verify(_register(args), Path(args.roundup))
    wrong = [claim for claim in claims if not claim.is_borne_out]
    if args.json:
        shown.as_json([asdict(claim) for claim in claims])
    elif not args.quiet:
        for claim in wrong:
            whose = _("案例{number}").format(number=claim.case) if claim.case else _("统计")
            nearest = _("，应为：{nearest}").format(nearest=claim.nearest) if claim.nearest else ""
            print(_("第{line}行 {kind}“{quote}”与登记表不符（{whose}）{nearest}").format(line=claim.line, kind=_kinds()[claim.kind], quote=claim.quote, whose=whose, nearest=nearest))
            print(f"    {claim.sentence}")
        counted = _("共核对 {total} 处（数字、地名、单位、做法、引文），{wrong} 处与登记表不符。")
        print(counted.format(total=len(claims), wrong=len(wrong)))
    return 1 if wrong else 0


def _kinds() -> dict[str, str]:
    return {"number": _("数字"), "place": _("地名"), "unit": _("单位"), "quotation": _("引文"), "measure": _("做法"), "trend": _("增减")}


def _beside(register: str) -> Path:
    path = Path(register)
    return path if path.is_dir() else path.parent


def _register(args: Namespace) -> again.Register:
    return again.Register(
        Path(args.register),
        path(args.edition),
        tuple(map(Path, args.earlier)),
        path(args.marks),
        path(args.estimates),
        path(args.awards),
        path(args.corrected),
    )


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.replace("，", ",").split(",") if word.strip())


def _written(paths: list[Path], args: Namespace) -> None:
    if args.json:
        shown.as_json([str(path) for path in paths])
    elif not args.quiet:
        for path in paths:
            print(path)


def sample(args: Namespace) -> int:
    """zhengping sample."""
    from zhengping import samples

    out = Path(args.out)
    if out.exists() and any(out.iterdir()):
        shown.trouble(_("{out} 已有其他文件，未作改动。请换一个空文件夹。").format(out=out))
        return 3
    with shown.Bars(args.quiet) as bars:
        samples.make(out, args.cases, args.seed, progress=lambda done, total: bars.step("sample", done, total))
    if not args.quiet:
        print(_("样例已写入 {out}：来稿在 incoming，答案在 truth.jsonl，届次文件为 edition.toml。").format(out=out))
    return 0


def demo(args: Namespace) -> int:
    """zhengping demo: the sample edition, or the user's own folder, through the main job."""
    from zhengping import samples

    base = Path(args.out)
    args.out = str(base / "out")
    args.edition = None
    is_own = args.folder is not None
    if args.folder is None:
        made = base / "sample"
        if not (made / "truth.jsonl").exists():
            with shown.Bars(args.quiet) as bars:
                samples.make(made, args.cases, args.seed, progress=lambda done, total: bars.step("sample", done, total))
        args.folder, args.edition = str(made / "incoming"), str(made / "edition.toml")
        args.earlier = [str(made / "earlier" / "register.jsonl")]
    else:
        args.out = str(base / "own")
    code = run(args)
    if not args.quiet and not args.json:
        sys.stderr.write(_("用 Word、WPS 或浏览器打开以上文件即可查看。") + "\n")
    if code or is_own or args.no_serve or args.json or not serving.is_installed():
        return code
    return serving.demo(base.absolute(), args.port)
