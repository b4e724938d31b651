from .config import Config
from .model import LanguageModel

__all__ = ["Config", "LanguageModel"]
