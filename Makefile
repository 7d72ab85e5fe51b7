# A dozen targets; .ci/run calls the same ones.
.DEFAULT_GOAL := help
PORT ?= 8080
DATA ?= var
PHOTOS ?=
# TURBO=1 decodes pictures with libjpeg-turbo (needs cmake and nasm); else everything is Rust.
TURBO ?=
export CARGO_TERM_PROGRESS_WHEN ?= auto

help: ## 列出可用命令
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: need-cargo ## 构建并启动产品(首次启动会演示一遍主流程);PORT= DATA= 可选
	@if command -v node >/dev/null; then [ -d web/console/dist ] && [ -d web/mini/dist/h5 ] || scripts/web; \
	else echo '未安装 Node.js,先不构建页面;接口照常可用'; fi
	@cargo build -p api -p demo $(if $(TURBO),--features api/turbo)
	@exec target/debug/demo run --port $(PORT) --data $(DATA)

story: need-cargo ## 用自己的照片走一遍主流程:make story PHOTOS=目录
	@cargo build -p api -p demo
	@exec target/debug/demo story $(if $(PHOTOS),--photos "$(PHOTOS)")

web: ## 构建页面:督查台、市民网页端与小程序(需要 Node.js)
	@scripts/web

test: need-cargo ## 全部测试,四种后端组合;自带私有 PostgreSQL、Redis、S3
	@scripts/test

check: need-cargo ## 格式、静态检查、许可证
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny check; else echo '未安装 cargo-deny,跳过许可证检查(cargo install cargo-deny)'; fi

bench: need-cargo ## 首批性能比值
	@scripts/bench

district: need-cargo ## 重新生成示例辖区(reference/)
	@cargo run -q -p demo -- draw-district

doc: need-cargo ## 生成接口与代码文档
	@cargo doc --workspace --no-deps

clean: ## 删除构建产物(不动 var/)
	@cargo clean

need-cargo:
	@command -v cargo >/dev/null || { echo '需要 cargo(Rust 1.94 或更新),见 https://rustup.rs'; exit 1; }

.PHONY: help run story web test check bench district doc clean need-cargo
