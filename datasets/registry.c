/* The datasets. A new one is a line here and its own file. */
#include "datasets/dataset.h"

extern const struct dataset_source dataset_digits, dataset_nmnist, dataset_mnist, dataset_fashion_mnist,
    dataset_kmnist, dataset_shd, dataset_event_camera, dataset_ssc, dataset_yin_yang, dataset_mexican_hat;

const struct dataset_source *const dataset_sources[] = {&dataset_digits,
                                                        &dataset_nmnist,
                                                        &dataset_event_camera,
                                                        &dataset_mnist,
                                                        &dataset_fashion_mnist,
                                                        &dataset_kmnist,
                                                        &dataset_shd,
                                                        &dataset_ssc,
                                                        &dataset_yin_yang,
                                                        &dataset_mexican_hat,
                                                        NULL};
