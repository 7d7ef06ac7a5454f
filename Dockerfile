# The library and the command on Debian 12, made by the project's own scripts: on the CPU alone, or with
# the CUDA backend, which needs a card, its driver and the NVIDIA container toolkit where it runs.
#   docker build --target cpu -t ptychopatch .
#   docker run --rm -v "$PWD:/data" ptychopatch extract /data/scan.npz -N 64 -o /data/patches.npz
#   docker build --target cuda -t ptychopatch-cuda .
#   docker run --rm --gpus all ptychopatch-cuda info
FROM debian:12 AS build
COPY . /src
WORKDIR /src
RUN scripts/install-deps.sh \
 && cmake --preset release -DPTYCHOPATCH_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /opt/ptychopatch \
 && scripts/lib/runtime-packages.sh /opt/ptychopatch > /opt/runtime-packages

FROM build AS build-cuda
RUN scripts/install-deps.sh --cuda \
 && cmake --preset release -DPTYCHOPATCH_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
      -DPTYCHOPATCH_CUDA=ON -DCMAKE_CUDA_COMPILER=/src/build/deps/cuda/bin/nvcc \
 && cmake --build --preset release \
 && cmake --install build/release --prefix /opt/ptychopatch \
 && cp -L build/deps/cuda/lib/libcufft.so.12 /opt/

FROM debian:12-slim AS cpu
COPY --from=build /opt/runtime-packages /tmp/runtime-packages
RUN apt-get update \
 && xargs -r apt-get install -y --no-install-recommends < /tmp/runtime-packages \
 && rm -rf /var/lib/apt/lists/* /tmp/runtime-packages
COPY --from=build /opt/ptychopatch /usr/local
RUN ldconfig
ENTRYPOINT ["ptychopatch"]

FROM cpu AS cuda
COPY --from=build-cuda /opt/ptychopatch /usr/local
COPY --from=build-cuda /opt/libcufft.so.12 /usr/local/lib/
RUN ldconfig
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
