# vqueue in a container: the locked packages and one wheel, no build tools, an account without rights.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/vqueue \
 && python -m pip --python /opt/vqueue/bin/python install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY vqueue ./vqueue
COPY migrations ./migrations
COPY ivr_flows ./ivr_flows
RUN python -m pip wheel --no-deps --wheel-dir /wheels . \
 && python -m pip --python /opt/vqueue/bin/python install --no-deps --no-index /wheels/*.whl \
 && find /opt/vqueue/lib -type d -name tests -prune -exec rm -rf {} +

FROM python:3.13-slim
RUN groupadd --gid 10001 vqueue \
 && apt-get -qq update \
 && apt-get -qq install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin vqueue \
 && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=build /opt/vqueue /opt/vqueue
COPY ivr_flows /app/ivr_flows
WORKDIR /app
ENV PATH=/opt/vqueue/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VQUEUE_HOST=0.0.0.0 \
    VQUEUE_PORT=8080 \
    VQUEUE_DATA_DIR=/data \
    VQUEUE_FLOWS_DIR=/app/ivr_flows \
    VQUEUE_LOG_FORMAT=json
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as ask; ask.urlopen(f\"http://127.0.0.1:{os.environ['VQUEUE_PORT']}/healthz\", timeout=2)"]
ENTRYPOINT ["vqueue"]
CMD ["serve"]
