"""A batch of certificates: made and signed, then verified without the site, then altered ones.

Usage: python benchmarks/certificates.py [COUNT]. One process. Altered are single bits, cut ends, bytes put behind, words exchanged in the open text.
"""

from __future__ import annotations

import datetime
import os
import random
import sys
import tempfile
import time

os.environ.update({"DJANGO_SETTINGS_MODULE": "zhengping.server.settings", "ZHENGPING_DATA": tempfile.mkdtemp(prefix="zhengping-certificates-")})

import django

django.setup()

from zhengping.server.call.models import token
from zhengping.server.publication import records
from zhengping.server.publication.models import HEADING, WORDS, Certificate


def main() -> None:
    """Print the measures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    records.make_key()
    rows = []
    for at in range(count):
        words = records.filled(WORDS, unit=f"样例市样例单位{at}", title=f"样例案例之{at}：推动人才服务提质增效", edition="第四届案例征集（样例）", award="一等奖")
        rows.append(Certificate(number=f"2026-001-{at + 1:05d}", token=token(), heading=HEADING, words=words, issuer="样例主办单位", day=datetime.date(2026, 11, 26)))
    began = time.perf_counter()
    made = [records.certificate_pdf(row) for row in rows]
    taken, roots = time.perf_counter() - began, records.public_certificate()
    print(f"{count} certificates made and signed: {taken:.1f} s")
    began = time.perf_counter()
    good = sum(records.verify(data, roots).is_good for data in made)
    print(f"verified offline: {good} of {count}, {time.perf_counter() - began:.1f} s")
    chance = random.Random(4)
    altered = []
    for at in range(1000):
        copy = bytearray(made[at % count])
        copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
        altered.append(bytes(copy))
    altered += [made[0][:-1], made[0] + b"\n", made[0] + made[1], made[0][: len(made[0]) // 2], made[0].replace(b"2026-001", b"2026-002", 1)]
    altered = [data for data in altered if data not in made]
    print(f"altered ones accepted: {sum(records.verify(data, roots).is_good for data in altered)} of {len(altered)}")


if __name__ == "__main__":
    main()
