// Trains two small shape predictors with dlib 19.24 on drawn faces, and writes what dlib predicts with them.
//
//   g++ -O2 -std=c++14 generate.cpp -ldlib -lblas -llapack -lpthread && ./a.out
//
// (Debian 12: package libdlib-dev.)
// Output: points68.dat, points5.dat (models), faces.raw (4 images of 64x64 grey bytes), expected.json.
#include <sstream>
#include <fstream>
#include <iostream>
#include <cmath>
#include <vector>
#define private public   // the sub-pixel shape is not part of dlib's interface
#include <dlib/image_processing/shape_predictor.h>
#undef private
#include <dlib/image_processing/shape_predictor_trainer.h>

using namespace dlib;
typedef std::vector<std::pair<double, double>> points;
const int SIZE = 64;

unsigned long long state = 2024;
double uniform(double lo, double hi) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return lo + (hi - lo) * ((state >> 11) / 9007199254740992.0);
}

// A dark ellipse with bright spots at its points; the points lie on a squeezed and turned spiral.
points draw(array2d<unsigned char>& img, int count) {
    const double cx = uniform(28, 36), cy = uniform(28, 36), rx = uniform(17, 22), ry = uniform(17, 22);
    const double turn = uniform(-0.3, 0.3);
    img.set_size(SIZE, SIZE);
    for (int r = 0; r < SIZE; ++r)
        for (int c = 0; c < SIZE; ++c) {
            const double d = std::pow((c - cx) / (rx + 4), 2) + std::pow((r - cy) / (ry + 4), 2);
            img[r][c] = (unsigned char)(d < 1 ? 150 - 60 * d + uniform(-6, 6) : 40 + r / 2 + uniform(-6, 6));
        }
    points out;
    for (int i = 0; i < count; ++i) {
        const double a = 2 * 3.14159265358979 * i * (count > 5 ? 3.0 : 1.0) / count + turn;
        const double s = count > 5 ? 0.35 + 0.65 * i / count : 0.8;
        const double x = cx + rx * s * std::cos(a), y = cy + ry * s * std::sin(a);
        out.push_back({x, y});
        const int px = (int)std::lround(x), py = (int)std::lround(y);
        if (count <= 5 || i % 4 == 0)
            for (int r = py - 1; r <= py + 1; ++r)
                for (int c = px - 1; c <= px + 1; ++c)
                    if (r >= 0 && c >= 0 && r < SIZE && c < SIZE) img[r][c] = 230;
    }
    return out;
}

// dlib's own prediction without the last rounding.
points predict(const shape_predictor& sp, const array2d<unsigned char>& img, const rectangle& box) {
    auto shape = sp.initial_shape;
    std::vector<float> values;
    for (size_t k = 0; k < sp.forests.size(); ++k) {
        impl::extract_feature_pixel_values(img, box, shape, sp.initial_shape, sp.anchor_idx[k], sp.deltas[k], values);
        unsigned long leaf;
        for (auto& tree : sp.forests[k]) shape += tree(values, leaf);
    }
    const auto map = impl::unnormalizing_tform(box);
    points out;
    for (long i = 0; i < shape.size() / 2; ++i) {
        const dlib::vector<double, 2> p = map(dlib::vector<double, 2>(shape(2 * i), shape(2 * i + 1)));
        out.push_back({p.x(), p.y()});
    }
    return out;
}

void write(std::ostream& out, const points& p) {
    out << "[";
    for (size_t i = 0; i < p.size(); ++i) out << (i ? "," : "") << "[" << p[i].first << "," << p[i].second << "]";
    out << "]";
}

int main() {
    std::ofstream json("expected.json");
    json.precision(9);
    json << "{\"dlib\":\"19.24\",\"models\":[";
    std::ofstream raw("faces.raw", std::ios::binary);
    for (int count : {68, 5}) {
        dlib::array<array2d<unsigned char>> images;
        std::vector<std::vector<full_object_detection>> objects;
        images.resize(60);
        for (auto& img : images) {
            const auto truth = draw(img, count);
            std::vector<point> parts;
            for (auto& p : truth) parts.push_back(point(std::lround(p.first), std::lround(p.second)));
            const long dx = (long)uniform(-3, 3), dy = (long)uniform(-3, 3);
            objects.push_back({full_object_detection(rectangle(8 + dx, 8 + dy, 55 + dx, 55 + dy), parts)});
        }
        shape_predictor_trainer trainer;
        trainer.set_cascade_depth(count == 68 ? 3 : 4);
        trainer.set_num_trees_per_cascade_level(count == 68 ? 7 : 10);
        trainer.set_tree_depth(count == 68 ? 2 : 3);
        trainer.set_feature_pool_size(60);
        trainer.set_oversampling_amount(10);
        trainer.set_nu(0.3);
        trainer.set_random_seed("microexpr");
        trainer.set_num_threads(0);
        const shape_predictor sp = trainer.train(images, objects);
        const std::string name = "points" + std::to_string(count) + ".dat";
        serialize(name) << sp;
        json << (count == 68 ? "" : ",") << "{\"file\":\"" << name << "\",\"faces\":[";
        const rectangle boxes[] = {rectangle(8, 8, 55, 55), rectangle(-12, 5, 40, 57), rectangle(10, 14, 71, 75)};
        for (int image = 0; image < 2; ++image) {
            array2d<unsigned char> img;
            draw(img, count);
            for (int r = 0; r < SIZE; ++r) raw.write((const char*)&img[r][0], SIZE);
            for (int b = 0; b < 3; ++b) {
                const auto& box = boxes[b];
                const auto whole = sp(img, box);
                points rounded;
                for (unsigned long i = 0; i < whole.num_parts(); ++i) rounded.push_back({double(whole.part(i).x()), double(whole.part(i).y())});
                json << (image + b ? "," : "") << "{\"image\":" << (count == 68 ? 0 : 2) + image << ",\"box\":[" << box.left() << ","
                     << box.top() << "," << box.right() << "," << box.bottom() << "],\"points\":";
                write(json, predict(sp, img, box));
                json << ",\"rounded\":";
                write(json, rounded);
                json << "}";
            }
        }
        json << "]}";
    }
    json << "]}\n";
}
