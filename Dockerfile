# The library and the command on Debian 12, made by the project's own scripts.
#   docker build --target cpu -t ptychopatch .
#   docker run --rm -v "$PWD:/data" ptychopatch extract /data/scan.npz -N 64 -o /data/patches.npz
FROM debian:12 AS build
COPY . /src
WORKDIR /src
RUN scripts/install-deps.sh \
 && cmake --preset release -DPTYCHOPATCH_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /opt/ptychopatch \
 && scripts/runtime-packages.sh /opt/ptychopatch > /opt/runtime-packages

FROM debian:12-slim AS cpu
COPY --from=build /opt/runtime-packages /tmp/runtime-packages
RUN apt-get update \
 && xargs -r apt-get install -y --no-install-recommends < /tmp/runtime-packages \
 && rm -rf /var/lib/apt/lists/* /tmp/runtime-packages
COPY --from=build /opt/ptychopatch /usr/local
RUN ldconfig
ENTRYPOINT ["ptychopatch"]
