# SPDX-License-Identifier: Apache-2.0
using Ptychopatch
using Random
using Test

const seed = parse(Int, get(ENV, "PTYCHOPATCH_TEST_SEED", string(rand(RandomDevice(), UInt32))))
const random = MersenneTwister(seed)

# The value that bilinear interpolation has at (y, x), nothing being outside; pixels count from 0.
function value_at(image, y, x)
    total = zero(eltype(image))
    for row in (floor(Int, y), floor(Int, y) + 1), column in (floor(Int, x), floor(Int, x) + 1)
        weight = (1 - abs(y - row)) * (1 - abs(x - column))
        if weight > 0 && checkbounds(Bool, image, column + 1, row + 1)
            total += weight * image[column + 1, row + 1]
        end
    end
    return total
end

interpolated(image, y, x, w, h) = [value_at(image, y + r, x + q) for q in 0:(w - 1), r in 0:(h - 1)]
inner(a, b) = sum(conj.(a) .* b)
poisoned(type, size...) = fill(type(NaN), size...)

@testset "Ptychopatch, PTYCHOPATCH_TEST_SEED=$seed" begin
    @testset "patches of $type" for type in (Float64, ComplexF64)
        image = randn(random, type, 30, 20)
        positions = [rand(random, 6)' .* 16 .- 4; rand(random, 6)' .* 30 .- 4]
        patches = extract(image, positions, (5, 4))
        @test size(patches) == (5, 4, 6)
        for k in 1:6
            @test patches[:, :, k] ≈ interpolated(image, positions[1, k], positions[2, k], 5, 4) atol = 1e-12
        end
        cotangent = randn(random, type, 5, 4, 6)
        back, coverage = extract_adjoint(cotangent, positions, (30, 20); coverage = true)
        @test inner(cotangent, patches) ≈ inner(back, image)
        @test coverage ≈ extract_adjoint(ones(5, 4, 6), positions, (30, 20))
        again, weights = assemble(patches, positions, (30, 20); eps = 0.1)
        @test weights == coverage
        @test again ≈ extract_adjoint(patches, positions, (30, 20)) ./ max.(coverage, 0.1)
        solved = solve(patches, positions, (30, 20); weights = ones(Float32, 6), iterations = 60)
        @test solved.coverage ≈ coverage
        @test solved.residual < 1e-3
        @test extract(solved.image, positions, (5, 4)) ≈ patches rtol = 1e-2
        @test solve_bytes(image, positions, (5, 4)) > 0
        out = poisoned(type, 5, 4, 6)
        @test extract(image, positions, 5; out = poisoned(type, 5, 5, 6))[:, 1:4, :] == patches
        @test extract(image, positions, (5, 4); out) === out
        @test out == patches
    end

    @testset "a scan that is turned and stretched" begin
        nominal = 300 .* rand(2, 50)
        centre = sum(nominal; dims = 2) ./ 50
        matrix = [1.01 0.02; -0.03 0.99]
        fit, residual = fit_scan(nominal, centre .+ [2, -1] .+ matrix * (nominal .- centre); sigma = 1)
        @test collect(fit.matrix) ≈ [1.01, 0.02, -0.03, 0.99]
        @test collect(fit.shift) ≈ [2, -1]
        @test maximum(abs, residual) < 1e-9
    end

    @testset "a bright pixel" begin
        image = zeros(Float32, 40, 30)
        image[26, 12] = 1  # y = 11, x = 25
        patch = extract(image, [10.0; 20.0][:, :], 8)[:, :, 1]
        @test patch[6, 2] == 1 && sum(patch) == 1
        @test extract(image, [20.0; 10.0][:, :], 8; axes = :xy)[:, :, 1] == patch
    end

    @testset "axes in C's order" begin
        image = randn(random, 20, 30)  # image[y, x]
        positions = Matrix(rand(random, 4, 2) .* 10)
        patches = reversed(extract(reversed(image), reversed(positions), 6))
        @test size(patches) == (4, 6, 6)
        @test patches[2, :, :] ≈ permutedims(interpolated(permutedims(image), positions[2, :]..., 6, 6))
        holder = poisoned(Float64, 12, 6, 4)
        extract(reversed(image), reversed(positions), 6; out = view(holder, 1:2:12, :, :))
        @test permutedims(holder[1:2:12, :, :], (3, 2, 1)) == patches
        @test all(isnan, holder[2:2:12, :, :])
    end

    @testset "layouts, batches, probes" begin
        image = randn(random, ComplexF64, 30, 20, 2)
        positions = rand(random, 2, 6) .* 12
        flat = extract(image, positions, (5, 4))
        @test size(flat) == (5, 4, 6, 2)
        last_ = extract(image, positions, (5, 4); layout = :channel_last, group_size = 3)
        @test size(last_) == (3, 5, 4, 2, 2)
        @test last_[2, :, :, 2, 1] == flat[:, :, 5, 1]
        first_ = extract(image, positions, (5, 4); layout = :channel_first, group_size = 3)
        @test first_[:, :, 2, 2, 1] == flat[:, :, 5, 1]
        index = [1, 2, 1, 2, 2, 1]
        chosen = extract(image, positions, (5, 4); image_index = index)
        @test all(chosen[:, :, k] == flat[:, :, k, index[k]] for k in 1:6)

        probe = randn(random, ComplexF64, 5, 4, 3)
        one = image[:, :, 1]
        waves = extract(one, positions, (5, 4); probe)
        @test size(waves) == (5, 4, 3, 6)
        @test waves[:, :, 2, 5] ≈ probe[:, :, 2] .* flat[:, :, 5, 1]
        cotangent = randn(random, ComplexF64, size(waves)...)
        @test inner(cotangent, waves) ≈
              inner(extract_adjoint(cotangent, positions, (30, 20); probe), one)
        @test inner(cotangent, waves) ≈
              conj(inner(probe, probe_adjoint(one, cotangent, positions, (5, 4, 3))))
    end

    @testset "gradient by position" begin
        image, positions = randn(random, 30, 20), rand(random, 2, 5) .* 0.6 .+ 3.2
        cotangent = randn(random, 6, 6, 5)
        gradient, curvature = position_gradient(image, cotangent, positions; curvature = true)
        step = 1e-6
        for axis in 1:2
            moved = copy(positions)
            moved[axis, :] .+= step
            change = (extract(image, moved, 6) .- extract(image, positions, 6)) ./ step
            @test vec(sum(change .* cotangent; dims = (1, 2))) ≈ gradient[axis, :] atol = 1e-4
            @test vec(sum(abs2, change; dims = (1, 2))) ≈ curvature[axis, :] atol = 1e-4
        end
    end

    @testset "waves with a shifted probe" begin
        image, probe = randn(random, ComplexF64, 30, 20), randn(random, ComplexF64, 5, 4, 2)
        positions = rand(random, 2, 6) .* 0.4 .+ 3.05
        waves = extract(image, positions, (5, 4); probe, subpixel = :probe)
        cotangent = randn(random, ComplexF64, size(waves)...)
        @test inner(cotangent, waves) ≈
              inner(extract_adjoint(cotangent, positions, (30, 20); probe, subpixel = :probe), image)
        @test inner(cotangent, waves) ≈ conj(inner(
            probe, probe_adjoint(image, cotangent, positions, (5, 4, 2); subpixel = :probe)))
        for subpixel in (:object, :probe)
            here(where) = extract(image, where, (5, 4); probe, subpixel)
            gradient, normal = position_gradient(image, cotangent, positions; probe, subpixel,
                                                 normal = true)
            step = 1e-6
            change = map(1:2) do axis
                moved = copy(positions)
                moved[axis, :] .+= step
                (here(moved) .- here(positions)) ./ step
            end
            total(values) = vec(sum(real, values; dims = (1, 2, 3)))
            for axis in 1:2
                @test total(conj.(cotangent) .* change[axis]) ≈ gradient[axis, :] atol = 1e-3
            end
            for (row, (a, b)) in enumerate(((1, 1), (1, 2), (2, 2)))
                @test total(conj.(change[a]) .* change[b]) ≈ normal[row, :] atol = 1e-3
            end
        end
    end

    @testset "groups" begin
        points = rand(random, 2, 50) .* 100
        squares = [sum(abs2, points[:, i] - points[:, j]) for i in 1:50, j in 1:50]
        indices, distances = nearest_neighbours(points, 6)
        for i in 1:50
            @test indices[:, i] == filter(!=(i), sortperm(squares[:, i]))[1:6]
        end
        @test distances[1, 7] ≈ squares[indices[1, 7], 7]
        groups = group(points, 2; neighbours = 6, samples = 20, seed)
        @test size(groups.indices) == (4, 20) && allunique(groups.centres)
        for s in 1:20
            @test groups.indices[:, s] ⊆ indices[:, groups.centres[s]]
            @test groups.offsets[:, s] ≈ vec(sum(points[:, groups.indices[:, s]]; dims = 2)) ./ 4
        end
        @test group(points, 2; neighbours = 6, samples = 20, seed, first = 11).indices ==
              groups.indices[:, 11:20]
        @test group_coordinates(points, groups.indices) == (groups.offsets, groups.relative)
    end

    @testset "shifts" begin
        scene = randn(random, 200, 160)
        smooth = [sum(scene[i:(i + 3), j:(j + 3)]) for i in 1:196, j in 1:156]
        reference, moving = smooth[11:138, 11:106], smooth[17:144, 8:103]
        # moving[i, j] = reference[i + 6, j - 3]: it has to move by 6 along x, by -3 along y.
        shift = align(reference, moving)
        @test shift.status === :ok && all(abs.(shift.shift .- (-3, 6)) .< 0.02)
        @test align(reference, moving; sign = :displacement).shift == .-shift.shift
        @test align(Scene(reference), [moving, reference])[1].shift == shift.shift
        @test align(reference, zeros(128, 96)).status === :flat
        motion = measure_motion(Scene(reference; motion = :affine), moving)
        @test motion.image_shift.shift == shift.shift && length(motion.tiles) > 0
        half = measure_motion(Scene(reference; motion = :similarity, motion_search = :rotation),
                              reference[end:-1:1, end:-1:1])
        @test half.status === :ok && abs(abs(half.rotation) - 180) < 0.05
        @test abs(half.scale - 1) < 1e-3
        @test_throws ArgumentError Scene(reference; motion = :affine, motion_search = :any)
    end

    @testset "shifts applied" begin
        image = zeros(UInt16, 9, 8)
        image[4, 3] = 1000
        moved = image_shift(image, (1, -2))
        @test moved[2, 4] == 1000 && sum(moved) == 1000
        turned = affine_motion((1, -2), [1 0; 0 1], (3.5, 4))
        @test image_warp(image, turned) == moved
        @test image_warp(image, affine_motion((-1, 2), [1 0; 0 1], (0, 0)); sign = :displacement) ==
              moved
        stretched = image_warp(image, affine_motion((0, 0), [1 0; 0 2], (2, 3)))
        @test all(stretched[:, 3] .== 1000) && sum(stretched) == 9000
        area = common_area((30, 40), (33, 36), (5, -4))
        @test length.(area.reference) == length.(area.moving)
        @test first.(area.moving) == first.(area.reference) .- (-4, 5)
        colours = rand(random, 5, 4, 3)
        @test image_luminance(colours) ≈
              0.2126 .* colours[:, :, 1] .+ 0.7152 .* colours[:, :, 2] .+ 0.0722 .* colours[:, :, 3]
        @test image_luminance(colours, (1, 0, 3); white = 0.75) ≈
              ifelse.(any(colours .>= 0.75; dims = 3)[:, :, 1], 0.75,
                      (colours[:, :, 1] .+ 3 .* colours[:, :, 3]) ./ 4)
        @test cfa_round((2.6, 0.7), "RGGB") == (2, 0)
        @test (cfa_block(), cfa_block("RGGB")) == (1, 2)
        mosaic = rand(random, 12, 10) .* 10000 .+ 600
        normal = mosaic_normalise(mosaic, "RGGB"; black = 512, white = 16383)
        @test normal ≈ (mosaic .- 512) ./ (16383 - 512)
        binned = mosaic_bin(mosaic, "RGGB"; black = 512, white = 16383)
        @test binned[:, :, 1] ≈ normal[1:2:end, 1:2:end]
        @test binned[:, :, 2] ≈ (normal[2:2:end, 1:2:end] + normal[1:2:end, 2:2:end]) ./ 2
        anchor, target = mosaic, mosaic ./ 2
        @test pair_gain(anchor, target) ≈ 2
        @test pair_loss(anchor, target; gain = 1) ≈ sum(target) / length(target)
        @test pair_mask(anchor, target)[2] == 1
        found = pair_measure(mosaic, mosaic, "RGGB"; black = 512, white = 16383)
        @test found.raw_gain ≈ 1 && found.rgb_gain ≈ 1 && found.loss ≈ 0
        @test size(found.mask) == (6, 5) && found.mask_mean == sum(found.mask) / 30
    end

    @testset "positions in two parts, bytes, devices" begin
        image, integer = randn(random, 30, 20), Int32[3 5 -1; 4 12 20]
        fraction = [0.25 0.5 0.0; 0.0 0.125 0.75]
        @test extract(image, (integer, fraction), 6) == extract(image, integer .+ fraction, 6)
        @test used_positions((integer, fraction)) == integer .+ fraction
        @test 0 < patch_plan_bytes(10, 6) <= patch_plan_bytes(10000, 6)
        @test 0 < group_plan_bytes(10, 2) < group_plan_bytes(10000, 2)
        @test patch_plan_info(fill(4.0, 2, 10), 6) ==
              (algorithm = :batched, position_count = 10, position_capacity = 10, bytes = patch_plan_bytes(10, 6))
        points = group_plan_info(rand(random, 2, 20), 2)
        @test (points.group_size, points.neighbours, points.group_count, points.point_count) == (4, 6, 20, 20)
        @test Ptychopatch.version() isa VersionNumber && Ptychopatch.abi_version() >= 0
        @test scene_plan_bytes((64, 64)) > 0 && Ptychopatch.bytes_held(Scene(image)) > 0
        @test device_count(:cpu) == 1 && synchronize() === nothing
    end

    @testset "errors" begin
        image, positions = zeros(Float32, 20, 20), [1.0 NaN; 2.0 3.0]
        failure = try
            extract(image, positions, 4)
        catch error
            error
        end
        @test failure isa Ptychopatch.Error && failure.status == 1
        @test occursin("position", sprint(showerror, failure))
        @test_throws ArgumentError extract(zeros(Float16, 20, 20), zeros(2, 3), 4)
        @test_throws ArgumentError extract(image, zeros(2, 3), 4; boundary = :mirror)
        @test_throws Ptychopatch.Error align(image, image; cfa = "RGGX")
    end
end
