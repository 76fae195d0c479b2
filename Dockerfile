# SPDX-License-Identifier: Apache-2.0
# docker build -t mote . && docker run --rm -v "$PWD:/data" -w /data mote new pump.csv -o pump
FROM debian:12 AS build
COPY . /mote
WORKDIR /mote
RUN tools/setup.sh build && make BUILD=/build && tools/dist.sh /build && mkdir /dist && \
    tar -xzf /build/mote-*.tar.gz -C /dist --strip-components=1

FROM debian:12-slim
RUN apt-get update -q && apt-get install -qy --no-install-recommends gcc-arm-none-eabi libnewlib-arm-none-eabi \
    qemu-system-arm && rm -rf /var/lib/apt/lists/*
COPY --from=build /dist /usr/local
ENTRYPOINT ["mote"]
