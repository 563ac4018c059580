"""Damages files of every format that mevis reads, and sees whether its readers end in one line.

tools/analysis/fuzz.py --format annotations checkpoint --count 10000 --seed 0

Each case runs in a forked process with limits of time and memory.  It must be read, or refused with
a message for users; nothing may be written outside of its folder.  Exit status 1 if one was not.
"""

import argparse
import sys
import time
from pathlib import Path

from mevis.apis.cli import run
from mevis.boundary.arguments import COUNT, FROM_0, SEED, CommandParser, Number


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = CommandParser(
        description=__doc__.splitlines()[0],
        epilog='A case is repeated by --first N --count 1; --keep DIR writes its file.',
    )
    parser.add_argument(
        '--format', nargs='+', metavar='NAME', help='one or several; default: all (--list)'
    )
    parser.add_argument('--list', action='store_true', help='list the formats')
    parser.add_argument('--count', type=COUNT, default=1000, help='cases of each (default: 1000)')
    parser.add_argument('--first', type=FROM_0, default=0, help='number of the first case')
    parser.add_argument('--seed', type=SEED, default=0, help='of the damage')
    parser.add_argument(
        '--seconds', type=Number(0.1, 3600), default=10, help='that a case may take (default: 10)'
    )
    parser.add_argument(
        '--memory', type=COUNT, default=1024, metavar='MIB', help='that it may take (default: 1024)'
    )
    parser.add_argument('--keep', type=Path, metavar='DIR', help='write the files of faults there')
    return parser.parse_args()


def main() -> int:
    """Fuzzes."""
    args = parse_args()
    from mevis.apis.fuzzing.campaign import content_of, run_campaign
    from mevis.apis.fuzzing.formats import FORMATS
    from mevis.errors import UserError

    if args.list:
        print('\n'.join(FORMATS))
        return 0
    unknown = sorted(set(args.format or ()) - set(FORMATS))
    if unknown:
        raise UserError(f'--format {" ".join(unknown)}: unknown. Known: {", ".join(FORMATS)}.')
    num_faults = 0
    for name in args.format or FORMATS:
        began = time.perf_counter()
        limits = dict(seconds=args.seconds, memory_mib=args.memory)
        found = run_campaign(name, args.count, args.seed, args.first, **limits)
        figures = ', '.join(f'{number} {kind}' for kind, number in sorted(found.counts.items()))
        print(f'{name}: {args.count} cases, {figures} ({time.perf_counter() - began:.0f} s)')
        for fault in found.faults[:20]:
            print(f'  case {fault.case}: {fault.kind}: {fault.detail}')
            if args.keep:
                args.keep.mkdir(parents=True, exist_ok=True)
                content = content_of(name, fault.case, args.seed)
                (args.keep / f'{name}-{args.seed}-{fault.case}').write_bytes(content)
        sys.stdout.flush()
        num_faults += len(found.faults)
    return 1 if num_faults else 0


if __name__ == '__main__':
    run(main)
