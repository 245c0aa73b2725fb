"""Words on the command line -> the engine's folder layer; `main` is the command `zhengping`.

Exit codes: 0 done · 1 something to look at was found · 2 wrong words on the command line · 3 input that cannot be used ·
4 stopped in the middle, run again to go on · 130 stopped by Ctrl-C, run again to go on.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import zhengping
from zhengping.cli import assigning, calibrating, checking, code, collecting, job, judging_report, proofreading, scrutinising, selecting, serving, shown
from zhengping.cli.values import positive
from zhengping.cli.words import _, choose, language
from zhengping.engine.folder.process import Stopped
from zhengping.engine.tables import Trouble


def parser() -> argparse.ArgumentParser:
    """The parser of all commands, in the language chosen."""
    found = argparse.ArgumentParser("zhengping", description=_("征评：从来稿文件夹到登记表、统计和来稿综述。"))
    found.add_argument("--version", action="version", version=zhengping.__version__)
    found.add_argument("--lang", choices=("zh", "en"), default="", help=_("信息的语言（默认按 LANG）"))
    commands = found.add_subparsers(dest="command", required=True, metavar=_("命令"))
    _process(commands.add_parser("process", help=_("处理一个来稿文件夹")))
    _figures(commands.add_parser("figures", help=_("由登记表生成统计表和图")))
    _roundup(commands.add_parser("roundup", help=_("由登记表生成来稿综述")))
    _verify(commands.add_parser("verify", help=_("对照登记表核对综述")))
    _code(commands.add_parser("code", help=_("给 JSON 行编码")))
    _places(commands.add_parser("places", help=_("由单位名称判定所在地，一行一个")))
    _sample(commands.add_parser("sample", help=_("生成样例来稿")))
    for group in (proofreading, checking, assigning, calibrating, scrutinising, selecting, judging_report, collecting, serving):
        group.commands(commands.add_parser)
    _demo(commands.add_parser("demo", help=_("生成样例并处理，或处理您自己的文件夹")))
    return found


def _quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))


def _persons(command: argparse.ArgumentParser) -> None:
    """Tables in which persons have the last word."""
    command.add_argument("--edition", metavar="FILE", help=_("届次文件（TOML）"))
    command.add_argument("--earlier", nargs="*", default=[], metavar="REGISTER", help=_("往届登记表"))
    command.add_argument("--marks", metavar="FILE", help=_("推荐等次表（编号、推荐等次）"))
    command.add_argument("--estimates", metavar="FILE", help=_("评分表（编号、评分）"))
    command.add_argument("--awards", metavar="FILE", help=_("奖项表（编号、奖项）"))
    command.add_argument("--corrected", metavar="FILE", help=_("经人工更正的登记表（.xlsx）"))


def _working(command: argparse.ArgumentParser) -> None:
    command.add_argument("--confirmed", nargs="*", default=[], metavar="REGISTER", help=_("已由人工确认编码的登记表，用于学习主题"))
    command.add_argument("--jobs", type=positive, default=max(1, os.cpu_count() or 1), help=_("并行进程数"))
    command.add_argument("--resume", action="store_true", help=_("只继续已有的处理，没有则报错"))
    command.add_argument("--scheduler", metavar="tcp://HOST:PORT", help=_("在 Dask 集群上读取和编码"))
    command.add_argument("--length", type=positive, default=3000, help=_("综述的目标字数"))


def _process(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="FOLDER", help=_("来稿文件夹"))
    command.add_argument("--out", required=True, metavar="OUT", help=_("输出文件夹"))
    _persons(command)
    _working(command)
    _quiet(command)
    command.set_defaults(run=job.run)


def _figures(command: argparse.ArgumentParser) -> None:
    command.add_argument("register", metavar="REGISTER", help=_("登记表（register.jsonl 或 .xlsx）或其文件夹"))
    command.add_argument("--out", metavar="OUT", help=_("输出文件夹（默认与登记表相同）"))
    _persons(command)
    _quiet(command)
    command.set_defaults(run=job.figures)


def _roundup(command: argparse.ArgumentParser) -> None:
    command.add_argument("register", metavar="REGISTER", help=_("登记表（register.jsonl 或 .xlsx）或其文件夹"))
    command.add_argument("--out", metavar="OUT", help=_("输出文件夹（默认与登记表相同）"))
    command.add_argument("--length", type=positive, default=3000, help=_("目标字数"))
    command.add_argument("--style", choices=("article", "brief"), default="article", help=_("体例：article 每个主题一段，brief 每条做法一段"))
    command.add_argument("--must", default="", metavar="12,40", help=_("必须写入的案例编号"))
    command.add_argument("--never", default="", metavar="7", help=_("不得写入的案例编号"))
    _persons(command)
    _quiet(command)
    command.set_defaults(run=job.roundup)


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument("roundup", metavar="ROUNDUP", help=_("来稿综述（.docx、.html、.pdf 或 .txt），可经人工修改"))
    command.add_argument("--register", required=True, metavar="REGISTER", help=_("登记表（register.jsonl 或 .xlsx）或其文件夹"))
    _persons(command)
    _quiet(command)
    command.set_defaults(run=job.verify)


def _code(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help=_("每行一个 JSON 对象；- 为标准输入"))
    command.add_argument("--edition", metavar="FILE", help=_("届次文件（TOML）"))
    command.add_argument("--confirmed", nargs="*", default=[], metavar="REGISTER", help=_("已由人工确认编码的登记表，用于学习主题"))
    command.add_argument("--year", type=int, help=_("行政区划的年份（默认最新）"))
    command.set_defaults(run=code.code)


def _places(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help=_("每行一个名称；- 为标准输入"))
    command.add_argument("--province", default="", help=_("报送省份，用于判定重名"))
    command.add_argument("--year", type=int, help=_("行政区划的年份（默认最新）"))
    command.add_argument("--json", action="store_true", help=_("以 JSON 行输出"))
    command.set_defaults(run=code.places)


def _sample(command: argparse.ArgumentParser) -> None:
    command.add_argument("out", metavar="OUT", help=_("输出文件夹"))
    command.add_argument("--cases", type=positive, default=240, help=_("案例数"))
    command.add_argument("--seed", type=int, default=4, help=_("随机种子；同一种子结果相同"))
    command.add_argument("--quiet", action="store_true", help=_("不显示进度和结果"))
    command.set_defaults(run=job.sample)


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", nargs="?", metavar="FOLDER", help=_("您自己的来稿文件夹（默认生成样例）"))
    command.add_argument("--out", default="demo", metavar="OUT", help=_("输出文件夹"))
    command.add_argument("--no-serve", action="store_true", help=_("不启动网站"))
    command.add_argument("--port", type=positive, default=8000, help=_("端口"))
    command.add_argument("--cases", type=positive, default=240, help=_("案例数"))
    command.add_argument("--seed", type=int, default=4, help=_("随机种子；同一种子结果相同"))
    _persons(command)
    _working(command)
    _quiet(command)
    command.set_defaults(run=job.demo)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; -> its exit code."""
    words = list(sys.argv[1:] if words is None else words)
    choose(_wanted(words))
    args = parser().parse_args(words)
    try:
        return int(args.run(args))
    except Stopped as error:
        shown.trouble(error.said(language()))
        return 4
    except Trouble as error:
        shown.trouble(error.said(language()))
        return 3
    except code.InputError as error:
        shown.trouble(str(error))
        return 3
    except KeyboardInterrupt:
        shown.trouble(_("已停止。再次运行同一命令即从停止处继续。"))
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0


def _wanted(words: Sequence[str]) -> str:
    """The value of --lang before the parser is made, since its help is in that language."""
    for at, word in enumerate(words):
        if word == "--lang" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--lang="):
            return word.split("=", 1)[1]
    return ""
