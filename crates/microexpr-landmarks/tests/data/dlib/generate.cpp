// Trains two small shape predictors with dlib 19.24 on faces that this project generated, and writes what dlib predicts with them.
//
//   cargo run -p microexpr-landmarks --example annotated_faces -- .
//   g++ -O2 -std=c++14 generate.cpp -ldlib -lblas -llapack -lpthread && ./a.out
//
// (Debian 12: package libdlib-dev 19.24; microexpr-synth 0.1.0.)
// Input: training.raw, training.txt, see the example. The last four faces are not trained on.
// Output: points68.dat (all points), points5.dat (eye corners and base of the nose), faces.raw (those four images of 64x64 grey
// bytes), expected.json.
#include <sstream>
#include <fstream>
#include <iostream>
#include <cmath>
#include <vector>
#define private public   // the sub-pixel shape is not part of dlib's interface
#include <dlib/image_processing/shape_predictor.h>
#undef private
#include <dlib/image_processing/shape_predictor_trainer.h>
#include <dlib/image_transforms/assign_image.h>

using namespace dlib;
typedef std::vector<std::pair<double, double>> points;
typedef array2d<unsigned char> image;

struct annotated_faces {
    dlib::array<image> images;
    std::vector<rectangle> boxes;
    std::vector<points> truth;
};

annotated_faces read_faces() {
    std::ifstream text("training.txt"), raw("training.raw", std::ios::binary);
    int count, side;
    text >> count >> side;
    annotated_faces faces;
    faces.images.resize(count);
    for (auto& img : faces.images) {
        img.set_size(side, side);
        for (int r = 0; r < side; ++r) raw.read((char*)&img[r][0], side);
        long left, top, right, bottom;
        text >> left >> top >> right >> bottom;
        faces.boxes.push_back(rectangle(left, top, right, bottom));
        points p(68);
        for (auto& xy : p) text >> xy.first >> xy.second;
        faces.truth.push_back(p);
    }
    if (!text || !raw) throw std::runtime_error("training.txt or training.raw is missing or too short");
    return faces;
}

// Which of the 68 points a model of `count` points has.
std::vector<int> chosen(int count) {
    if (count == 5) return {36, 39, 42, 45, 33};
    std::vector<int> all;
    for (int i = 0; i < count; ++i) all.push_back(i);
    return all;
}

// dlib's own prediction without the last rounding.
points predict(const shape_predictor& sp, const image& img, const rectangle& box) {
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

shape_predictor train(const annotated_faces& faces, size_t first, int count) {
    dlib::array<image> images;
    std::vector<std::vector<full_object_detection>> objects;
    images.resize(first);
    for (size_t i = 0; i < first; ++i) {
        assign_image(images[i], faces.images[i]);
        std::vector<point> parts;
        for (int number : chosen(count)) {
            const auto& p = faces.truth[i][number];
            parts.push_back(point(std::lround(p.first), std::lround(p.second)));
        }
        objects.push_back({full_object_detection(faces.boxes[i], parts)});
    }
    shape_predictor_trainer trainer;
    trainer.set_cascade_depth(count == 68 ? 4 : 5);
    trainer.set_num_trees_per_cascade_level(count == 68 ? 12 : 14);
    trainer.set_tree_depth(count == 68 ? 2 : 3);
    trainer.set_feature_pool_size(60);
    trainer.set_oversampling_amount(10);
    trainer.set_nu(0.3);
    trainer.set_random_seed("microexpr");
    trainer.set_num_threads(0);
    const shape_predictor sp = trainer.train(images, objects);
    std::cout << count << " points, mean error in pixels: " << test_shape_predictor(sp, images, objects) << " in training\n";
    return sp;
}

int main() {
    const size_t held_out = 4, images_each = 2;
    const annotated_faces faces = read_faces();
    const size_t first = faces.images.size() - held_out;
    std::ofstream json("expected.json");
    json.precision(9);
    json << "{\"dlib\":\"19.24\",\"models\":[";
    std::ofstream raw("faces.raw", std::ios::binary);
    size_t number = 0;
    for (int count : {68, 5}) {
        const shape_predictor sp = train(faces, first, count);
        const std::string name = "points" + std::to_string(count) + ".dat";
        serialize(name) << sp;
        json << (count == 68 ? "" : ",") << "{\"file\":\"" << name << "\",\"faces\":[";
        for (size_t i = 0; i < images_each; ++i, ++number) {
            const image& img = faces.images[first + number];
            for (long r = 0; r < img.nr(); ++r) raw.write((const char*)&img[r][0], img.nc());
            // The face's box; one that sticks out of the image; one half as large again.
            const rectangle box = faces.boxes[first + number];
            const long side = box.width() / 4;
            const rectangle boxes[] = {box, translate_rect(box, point(-2 * side, side)), grow_rect(box, side)};
            for (const auto& b : boxes) {
                const auto whole = sp(img, b);
                points rounded;
                for (unsigned long k = 0; k < whole.num_parts(); ++k)
                    rounded.push_back({double(whole.part(k).x()), double(whole.part(k).y())});
                const points sub_pixel = predict(sp, img, b);
                if (&b == boxes) {
                    double error = 0;
                    for (int k = 0; k < count; ++k) {
                        const auto& t = faces.truth[first + number][chosen(count)[k]];
                        error += std::hypot(sub_pixel[k].first - t.first, sub_pixel[k].second - t.second) / count;
                    }
                    std::cout << count << " points, mean error in pixels: " << error << " on a face not trained on\n";
                }
                json << (i || &b != boxes ? "," : "") << "{\"image\":" << number << ",\"box\":[" << b.left() << "," << b.top() << ","
                     << b.right() << "," << b.bottom() << "],\"points\":";
                write(json, sub_pixel);
                json << ",\"rounded\":";
                write(json, rounded);
                json << "}";
            }
        }
        json << "]}";
    }
    json << "]}\n";
}
