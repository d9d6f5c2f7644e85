// Times dlib's shape predictor for `benches/landmarks.rs`, which runs it in turn with ours:
//
//   g++ -O3 -march=native -std=c++14 benches/landmarks_vs_dlib.cpp -o target/landmarks_vs_dlib -ldlib -lblas -llapack -lpthread
//   MICROEXPR_DLIB_TIMER=$PWD/target/landmarks_vs_dlib cargo bench -p microexpr-benches --bench landmarks -- beside-dlib
//
// (Debian 12: packages libdlib-dev, libblas-dev, liblapack-dev, libdlib-data.)
//
// Arguments: model, raw grey image, its width and height, and the box's left, top, right, bottom. For every line on standard
// input it times FACES predictions and answers with the milliseconds per face; first of all with those of loading the model.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <dlib/image_processing/shape_predictor.h>

const int FACES = 20;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

int main(int argc, char** argv) {
    if (argc != 9) {
        std::fprintf(stderr, "expected: model image width height left top right bottom\n");
        return 1;
    }
    auto start = std::chrono::steady_clock::now();
    dlib::shape_predictor predictor;
    dlib::deserialize(argv[1]) >> predictor;
    std::printf("%.6f\n", milliseconds_since(start));
    std::fflush(stdout);
    dlib::array2d<unsigned char> image(std::atol(argv[4]), std::atol(argv[3]));
    std::ifstream raw(argv[2], std::ios::binary);
    for (long row = 0; row < image.nr(); ++row) raw.read((char*)&image[row][0], image.nc());
    const dlib::rectangle face(std::atol(argv[5]), std::atol(argv[6]), std::atol(argv[7]), std::atol(argv[8]));
    long sink = 0;
    for (std::string line; std::getline(std::cin, line);) {
        start = std::chrono::steady_clock::now();
        for (int i = 0; i < FACES; ++i) sink += predictor(image, face).part(0).x();
        std::printf("%.6f\n", milliseconds_since(start) / FACES);
        std::fflush(stdout);
    }
    return sink == 42;
}
