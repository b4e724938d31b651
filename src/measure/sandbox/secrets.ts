import { join } from 'node:path';

/** Where programs keep keys, tokens, sessions and history, relative to the home. */
const ofPrograms = [
  '.ssh', '.gnupg', '.pki', '.password-store', '.1password', '.vault-token', '.age', '.config/sops', '.config/op', '.config/Bitwarden', '.config/keybase', '.local/share/keyrings', '.local/share/kwalletd', '.config/systemd/user.control',
  '.aws', '.azure', '.oci', '.boto', '.s3cfg', '.kube', '.docker', '.config/containers/auth.json', '.config/gcloud', '.config/doctl', '.config/hcloud', '.config/rclone', '.terraform.d', '.terraformrc', '.config/heroku', '.config/fly', '.fly', '.vercel', '.config/configstore', '.config/netlify', '.pulumi',
  '.git-credentials', '.config/git/credentials', '.config/gh', '.config/hub', '.config/glab-cli', '.config/tea',
  '.pgpass', '.my.cnf', '.mylogin.cnf', '.dbshell', '.config/psql', '.cdsapirc', '.kaggle', '.wandb', '.config/wandb', '.comet.config', '.huggingface', '.cache/huggingface/token', '.cache/huggingface/stored_tokens',
  '.anthropic', '.claude', '.claude.json', '.codex', '.gemini', '.kiro', '.local/share/kiro-cli', '.local/share/amazon-q', '.aider.conf.yml', '.config/openai', '.config/anthropic', '.config/github-copilot', '.config/goose', '.continue', '.cursor',
  '.bash_history', '.zsh_history', '.python_history', '.node_repl_history', '.psql_history', '.mysql_history', '.sqlite_history', '.lesshst', '.viminfo', '.local/share/fish/fish_history',
  '.mozilla', '.thunderbird', '.config/google-chrome', '.config/chromium', '.config/BraveSoftware', '.config/microsoft-edge', '.config/Slack', '.config/Signal', '.config/discord',
];

/** The same of package managers: a set-up may need them to install from a private registry. */
const ofPackageManagers = ['.netrc', '.npmrc', '.yarnrc', '.yarnrc.yml', '.pypirc', '.pip', '.config/pip', '.config/pypoetry/auth.toml', '.config/uv', '.condarc', '.cargo/credentials', '.cargo/credentials.toml', '.gem/credentials', '.bundle/config', '.composer/auth.json', '.config/composer/auth.json', '.m2/settings.xml', '.m2/settings-security.xml', '.gradle/gradle.properties', '.nuget/NuGet', '.config/NuGet', '.sbt/.credentials', '.ivy2/.credentials', '.hex/hex.config', '.terraform.d/credentials.tfrc.json'];

/** Files and folders of a home that hold secrets. `installing`: without those that a package manager reads. */
export function secretsOf(home: string, { installing }: { installing: boolean }): string[] {
  return [...ofPrograms, ...(installing ? [] : ofPackageManagers)].map((path) => join(home, path));
}
