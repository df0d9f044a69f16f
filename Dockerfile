# One image for every process: what a container does is its command (`serve`, `worker plan`, `cron`, `migrate`, …).
# docs/deployment.md says how it is used, and what of it was tried.

FROM python:3.11-slim AS libraries

RUN python -m venv /opt/motcua
COPY requirements.runtime.lock /tmp/requirements.lock
RUN /opt/motcua/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /tmp/requirements.lock


FROM python:3.11-slim

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/motcua motcua \
 && install -d -o motcua /var/lib/motcua/files /run/motcua /run/motcua/metrics
COPY --from=libraries /opt/motcua /opt/motcua
WORKDIR /app
COPY . .
# Editable: data files (templates, forms, lists) are read where they lie beside the code.
RUN /opt/motcua/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation --editable . \
 && /opt/motcua/bin/python -m compileall -q .

ENV PATH=/opt/motcua/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1
USER motcua
EXPOSE 8000
# Of the web alone; compose.yaml switches it off for processes that answer no requests.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/live'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["motcua"]
CMD ["serve", "--host", "0.0.0.0"]
