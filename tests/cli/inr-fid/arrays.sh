# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# needs: inr-sample
# Statistics of other programs: float32, Fortran order, members that are no arrays of numbers; what --save-stats may not replace.

python3 - <<'PYTHON'
import struct, zipfile

def npy(code, order, shape, values):
    kind = {"<f8": "d", "<f4": "f"}[code]
    head = ("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (code, order, shape)).ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack("<%d%s" % (len(values), kind), *values)

mu = [0.5, -0.25, 2]
sigma = [2, 0.5, 0, 0.5, 1, 0.25, 0, 0.25, 4]  # symmetric; the lower half alone is not
def write(name, members):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as z:
        for member, data in members:
            z.writestr(member, data)
write("plain.npz", [("mu.npy", npy("<f8", False, "(3,)", mu)), ("sigma.npy", npy("<f8", False, "(3, 3)", sigma))])
write("single.npz", [("mu.npy", npy("<f4", False, "(3,)", mu)), ("sigma.npy", npy("<f4", False, "(3, 3)", sigma))])
write("fortran.npz", [("mu.npy", npy("<f8", True, "(3,)", mu)), ("sigma.npy", npy("<f8", True, "(3, 3)", sigma))])
# As reference batches of other programs: pictures, texts and Python objects beside what is wanted.
objects = b"\x93NUMPY\x01\x00" + struct.pack("<H", 66) + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(65) + b"\n" + b"\x80\x04N."
write("more.npz", [("arr_0_with_a_name_that_is_quite_long_for_the_first_member_of_an_archive.npy", objects),
                   ("README.txt", "not an array"), ("mu.npy", npy("<f8", False, "(3,)", mu)),
                   ("sigma.npy", npy("<f8", False, "(3, 3)", sigma)), ("mu_s.npy", objects)])
write("lacking.npz", [("mu.npy", npy("<f8", False, "(3,)", mu))])
PYTHON

for other in single fortran more; do
  expect_exit 0 inr-fid --real plain.npz --fake $other.npz --json
  python3 -c "import json, sys; sys.exit(abs(json.load(open('$CASE_FOLDER/.stdout'))['fid']) > 1e-12)" ||
    fail "$other.npz is not the same as plain.npz"
done
expect_exit 1 inr-fid --real plain.npz --fake lacking.npz
expect_one_line inr-fid
expect_stderr 'lacking.npz: not statistics: an array mu or sigma is missing'

# No output takes the place of an input, by whatever name, and nothing is changed.
inr-sample -n 3 >a.inr || fail "inr-sample"
ln -s a.inr link.inr
before=$(sha256sum a.inr plain.npz)
for output in a.inr ./a.inr link.inr; do
  expect_exit 2 inr-fid --real a.inr --save-stats "$output"
  expect_one_line inr-fid
  expect_stderr 'would replace what --real reads'
done
expect_exit 2 inr-fid --real a.inr --fake plain.npz --save-stats plain.npz --allow-few
expect_stderr 'would replace what --fake reads'
expect_same "inputs" "$(sha256sum a.inr plain.npz)" "$before"

# A full disc leaves nothing.
expect_exit 1 inr-fid --real a.inr --save-stats /dev/full
expect_one_line inr-fid
refuse_stdout .
