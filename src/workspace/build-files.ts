/** What decides how the code is built, found and tested, besides the manifests. */
export const buildFiles: readonly string[] = [
  '**/{Makefile,makefile,GNUmakefile,*.mk,CMakeLists.txt,*.cmake,CMakePresets.json,meson.build,meson_options.txt,configure,configure.ac,Makefile.am,SConstruct,BUILD,BUILD.bazel,WORKSPACE,MODULE.bazel,*.bzl,.bazelrc,build.ninja,conanfile.*,vcpkg.json}',
  '**/{Cargo.toml,build.rs,rust-toolchain,rust-toolchain.toml,clippy.toml}',
  '**/.cargo/**',
  '**/{go.mod,go.work,go.work.sum}',
  '**/vendor/**',
  '**/{tsconfig,jsconfig}*.json',
  '**/{.babelrc,.babelrc.*,.swcrc,.browserslistrc,.nycrc,.nycrc.*,.c8rc.json,.taprc,.npmignore,turbo.json,nx.json,lerna.json,bunfig.toml,deno.json,deno.jsonc,.tool-versions,mise.toml}',
  '**/{babel,webpack,rollup,esbuild,tsup,swc,rspack,parcel,metro,gulpfile,Gruntfile}.config.*',
  '**/{gulpfile,Gruntfile}.*',
  '**/{build.gradle,build.gradle.kts,settings.gradle,settings.gradle.kts,gradle.properties,pom.xml,build.sbt,*.csproj,Directory.Build.props,Package.swift,Gemfile,Rakefile,composer.json}',
];
