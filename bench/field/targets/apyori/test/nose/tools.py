"""The two functions of nose that the tests use."""
import functools


def eq_(actual, expected, message=None):
    assert actual == expected, message or '%r != %r' % (actual, expected)


def raises(*exceptions):
    def decorate(test):
        @functools.wraps(test)
        def run(*args, **kwargs):
            try:
                test(*args, **kwargs)
            except exceptions:
                return
            raise AssertionError('%s did not raise %s' % (test.__name__, exceptions))
        return run
    return decorate
