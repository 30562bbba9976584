"""The arithmetic of src/math as a library of its own, for published cases that speak of a kernel without its reader.

It is pure C and one C++ file, so it is compiled here, with the object of the latter that the build has left.
"""
import atexit
import ctypes
import glob
import os
import shutil
import subprocess
import tempfile

SOURCES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3, 'src'))

TWO_SIDED, LESS, GREATER = range(3)     # AbAlternative

DOUBLES = ctypes.POINTER(ctypes.c_double)


class Shares(ctypes.Structure):         # AbShares
    _fields_ = [('classes', ctypes.c_int), ('counts', DOUBLES), ('prior', DOUBLES), ('null', DOUBLES),
                ('excess', DOUBLES)]


class Bin(ctypes.Structure):            # AbBin
    _fields_ = [('key', ctypes.c_int64), ('count', ctypes.c_int64)]


class Bins(ctypes.Structure):           # AbBins
    _fields_ = [('bins', ctypes.POINTER(Bin)), ('count', ctypes.c_int), ('bits', ctypes.c_int),
                ('n', ctypes.c_int64), ('min', ctypes.c_double), ('max', ctypes.c_double)]


class Evidence(ctypes.Structure):       # AbQuantileEvidence
    _fields_ = [('bins', Bins), ('in_bin', DOUBLES), ('in_gap', DOUBLES), ('least', ctypes.c_int),
                ('smallest', ctypes.c_double)]


def doubles(values):
    return (ctypes.c_double * len(values))(*values)


class Kernel:
    """Functions by their names in C, those that are asked here."""

    def __init__(self):
        folder = tempfile.mkdtemp(prefix='ab_test_kernel.')
        atexit.register(shutil.rmtree, folder)
        built = os.environ.get('AB_TEST_BUILD_DIR') or os.path.dirname(SOURCES)
        cxx = os.path.join(built, 'src', 'math', 'distributions.o')
        if not os.path.exists(cxx):
            cxx = os.path.join(SOURCES, 'math', 'distributions.cpp')
        library = os.path.join(folder, 'kernel.so')
        objects = os.path.join(folder, 'objects')
        os.mkdir(objects)
        flags = ['-O2', '-fPIC', '-ffp-contract=off', '-I' + SOURCES]
        subprocess.run(['gcc', '-c', *flags, *map(os.path.abspath, glob.glob(os.path.join(SOURCES, 'math', '*.c')))],
                       cwd=objects, check=True)
        subprocess.run(['g++', '-shared', *flags, '-o', library, cxx, *glob.glob(os.path.join(objects, '*.o')), '-lm'],
                       check=True)
        self.library = ctypes.CDLL(library)
        number = ctypes.c_double
        for name, result, arguments in (
                ('AbMixtureLogE', number, (number, number, number, ctypes.c_int)),
                ('AbMixturePValue', number, (number, number, number, ctypes.c_int)),
                ('AbMixtureCritical', number, (number, number, ctypes.c_int, number)),
                ('AbBinomialLogE', number, (number, number, number, number, ctypes.c_int)),
                ('AbDirichletLogE', number, (ctypes.POINTER(Shares), number)),
                ('AbStartEvidence', None, (ctypes.POINTER(Evidence), ctypes.POINTER(Bins), DOUBLES, DOUBLES, number,
                                           number, ctypes.c_int)),
                ('AbSharedLogE', number, (ctypes.POINTER(Evidence), ctypes.POINTER(Evidence)))):
            function = getattr(self.library, name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)

    def dirichlet(self, counts, prior, null, concentration):
        shares = Shares(len(counts), doubles(counts), doubles(prior), doubles(null), None)
        return self.AbDirichletLogE(ctypes.byref(shares), concentration)

    def quantile_log_e(self, control, treatment, q, concentration):
        """ln E of equal quantiles of two lists of different positive numbers."""
        def evidence(values):
            values = sorted(values)
            bins = (Bin * len(values))(*((ctypes.c_int64.from_buffer(ctypes.c_double(v)).value, 1) for v in values))
            arm = Bins(bins, len(values), 52, len(values), values[0], values[-1])
            made = Evidence()
            made.room = doubles([0] * len(values)), doubles([0] * (len(values) + 1)), bins
            self.AbStartEvidence(ctypes.byref(made), ctypes.byref(arm), made.room[0], made.room[1], q, concentration,
                                 TWO_SIDED)
            return made
        return self.AbSharedLogE(ctypes.byref(evidence(control)), ctypes.byref(evidence(treatment)))
